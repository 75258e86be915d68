/* From a fault back to reset, and what is left of it.
 *
 * Invariant: a fault leaves its record in .noinit, which startup does not touch, and restarts the
 * board: the record is reported with the next HELLO. */
#include "crash.h"

#include "board.h"
#include "cortex_m.h"
#include "protocol.gen.h"
#include "stack.h"

#define CRASH_MAGIC 0x43525348u /* "CRSH" */

static struct {
    uint32_t magic;
    struct board_crash crash;
    struct wire_crash_registers registers; /* stack_pointer 0: none */
} crash_record __attribute__((section(".noinit.crash")));

/* What the record tells of the last boot stays in it until this one crashes. */
void crash_take_record(void) {
    if (crash_record.magic != CRASH_MAGIC) {
        crash_record.crash = (struct board_crash){.kind = BOARD_CRASH_NONE};
        crash_record.registers.stack_pointer = 0;
    }
    crash_record.magic = 0;
}

void crash_without_record(enum board_crash_kind kind) {
    if (crash_record.crash.kind == BOARD_CRASH_NONE)
        crash_record.crash.kind = kind;
}

struct board_crash board_last_crash(void) {
    return crash_record.crash;
}

const struct wire_crash_registers *board_crash_registers(void) {
    return crash_record.registers.stack_pointer != 0 ? &crash_record.registers : 0;
}

_Noreturn void board_reset(void) {
    cortex_m_synchronize();
    SCB_AIRCR = SCB_AIRCR_SYSRESETREQ;
    cortex_m_synchronize();
    for (;;) {
    }
}

/* The frame the processor pushed on exception entry (B1.5.6). */
struct exception_frame {
    uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

static uint32_t fault_address(uint32_t status) {
    if ((status & SCB_CFSR_BFARVALID) != 0)
        return SCB_BFAR;
    if ((status & SCB_CFSR_MMARVALID) != 0)
        return SCB_MMFAR;
    return 0;
}

/* A frame outside the stack (overflow) cannot be read without a second fault. */
static bool is_on_stack(const struct exception_frame *frame) {
    return (uintptr_t)frame >= (uintptr_t)__stack_start &&
           (uintptr_t)(frame + 1) <= (uintptr_t)__stack_end;
}

/* Exceptions 3 to 6 are the faults (B1.5.2), 14 is PendSV, with which a watchdog's tick tells that
 * the firmware stands still; anything else nobody asked for. */
static uint32_t crash_kind(void) {
    uint32_t exception;
    __asm volatile("mrs %0, ipsr" : "=r"(exception));
    switch (exception) {
    case 3:
        return BOARD_CRASH_HARD_FAULT;
    case 4:
        return BOARD_CRASH_MEMORY_FAULT;
    case 5:
        return BOARD_CRASH_BUS_FAULT;
    case 6:
        return BOARD_CRASH_USAGE_FAULT;
    case 14:
        return BOARD_CRASH_STALLED;
    default:
        return BOARD_CRASH_UNEXPECTED_INTERRUPT;
    }
}

_Noreturn void crash_and_reset(const struct exception_frame *frame);

_Noreturn void crash_and_reset(const struct exception_frame *frame) {
    static const struct exception_frame unreadable;
    uint32_t status = SCB_CFSR;
    const struct exception_frame *pushed = is_on_stack(frame) ? frame : &unreadable;
    crash_record.crash = (struct board_crash){
        .kind = crash_kind(),
        .program_counter = pushed->pc,
        .link_register = pushed->lr,
        .fault_status = status,
        .fault_address = fault_address(status),
    };
    crash_record.registers = (struct wire_crash_registers){
        .r0 = pushed->r0,
        .r1 = pushed->r1,
        .r2 = pushed->r2,
        .r3 = pushed->r3,
        .r12 = pushed->r12,
        .program_status = pushed->xpsr,
        .stack_pointer = (uint32_t)(uintptr_t)frame,
        .hard_fault_status = SCB_HFSR,
    };
    crash_record.magic = CRASH_MAGIC;
    board_reset();
}

/* A failed assert() of the runtime (newlib's hook). */
_Noreturn void __assert_func(const char *file, int line, const char *function,
                             const char *expression);

_Noreturn void __assert_func(const char *file, int line, const char *function,
                             const char *expression) {
    (void)file;
    (void)function;
    (void)expression;
    crash_record.crash = (struct board_crash){
        .kind = BOARD_CRASH_ASSERTION,
        .link_register = (uint32_t)(uintptr_t)__builtin_return_address(0),
        .fault_address = (uint32_t)line,
    };
    crash_record.registers.stack_pointer = 0;
    crash_record.magic = CRASH_MAGIC;
    board_reset();
}

/* The stack may be what failed: with too little of it left, continue at its top. */
__attribute__((naked)) void fault_handler(void) {
    __asm volatile("mrs r0, msp\n\t"
                   "ldr r1, =__stack_start + 256\n\t"
                   "cmp r0, r1\n\t"
                   "itt lo\n\t"
                   "ldrlo r1, =__stack_end\n\t"
                   "movlo sp, r1\n\t"
                   "b crash_and_reset");
}
