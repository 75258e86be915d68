/* Firmware without a session, for QEMU. */
#include "firmware.h"

#include "parity.h"
#include "parity_cases.h" /* written by the build: PARITY_SEED, PARITY_CASES */

/* Arm semihosting (DUI 0471). */
enum { SYS_WRITE0 = 0x04, SYS_EXIT = 0x18, STOPPED_BY_EXIT = 0x20026, STOPPED_BY_ERROR = 0x20023 };

static void semihosting(uint32_t operation_number, uint32_t parameter) {
    register uint32_t operation __asm("r0") = operation_number;
    register uint32_t block __asm("r1") = parameter;
    __asm volatile("bkpt 0xab" : "+r"(operation) : "r"(block) : "memory");
}

void parity_say(const char *text) {
    semihosting(SYS_WRITE0, (uint32_t)text);
}

_Noreturn void firmware_run(void) {
    bool is_right = parity_run(PARITY_SEED, PARITY_CASES);
    for (;;) {
        semihosting(SYS_EXIT, is_right ? STOPPED_BY_EXIT : STOPPED_BY_ERROR);
    }
}
