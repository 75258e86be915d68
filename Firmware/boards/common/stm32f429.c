#include "stm32f429.h"

#include "board.h"
#include "cortex_m_mpu.h"
#include "cycle_counter.h"
#include "stm32_clock.h"
#include "stm32_flash.h"
#include "stm32_registers.h"
#include "systick.h"

/* RM0090: 3.9.2 and chapter 39 (unique device ID register). */
#define FLASH_ACR_ICEN (1u << 9)
#define FLASH_ACR_DCEN (1u << 10)
#define UNIQUE_ID(byte) (*(const volatile uint8_t *)(0x1FFF7A10u + (byte)))

enum { CORE_HERTZ = 180000000 };

static struct board_clock clock;

/* The first catches wild pointers into external memory. The null guard also hides flash's alias at
 * 0. The stack is the lowest thing in the CCM: the guard below it makes an overflow a precise fault
 * instead of a bus error. Kept training states are written; their region comes last because an
 * image that needs their sectors has none. */
static const struct cortex_m_mpu_region regions[] = {
    {0x00000000u, MPU_NO_ACCESS | MPU_EXECUTE_NEVER | MPU_SIZE_LOG2(32) |
                      MPU_WITHOUT_EIGHTHS(0x87)}, /* 0x60000000 to 0xDFFFFFFF */
    {0x00000000u, MPU_NO_ACCESS | MPU_EXECUTE_NEVER | MPU_SIZE_LOG2(27)},
    {0x0FFFF000u, MPU_NO_ACCESS | MPU_EXECUTE_NEVER | MPU_SIZE_LOG2(12)},
    {0x10000000u, MPU_READ_WRITE | MPU_WRITE_BACK | MPU_EXECUTE_NEVER | MPU_SIZE_LOG2(16)},
    {0x20000000u, MPU_READ_WRITE | MPU_WRITE_BACK | MPU_EXECUTE_NEVER | MPU_SIZE_LOG2(18) |
                      MPU_WITHOUT_EIGHTHS(0xC0)}, /* 192 KB of 256 */
    {0x08000000u, MPU_READ_ONLY | MPU_WRITE_THROUGH | MPU_SIZE_LOG2(21)},
    {0x081C0000u, MPU_READ_WRITE | MPU_NOT_CACHED | MPU_EXECUTE_NEVER | MPU_SIZE_LOG2(18)},
};

/* 5 wait states at 180 MHz and 2.7 to 3.6 V (3.5.1, table of wait states). 2 MHz * 180 =
 * 360 MHz from either source, half of it 180; an eighth, 45 MHz, runs the random number generator,
 * which needs at most 48 MHz and at least a sixteenth of the core's clock. */
void stm32f429_start(bool external_is_bypassed) {
    struct stm32_clock_plan plan = {
        .external_is_bypassed = external_is_bypassed,
        .external = {.m = 4, .n = 180, .q = 8},
        .internal = {.m = 8, .n = 180, .q = 8},
        .core_hertz = CORE_HERTZ,
        .flash_acr = 5u | FLASH_ACR_PRFTEN | FLASH_ACR_ICEN | FLASH_ACR_DCEN,
    };
    uint32_t region_count = sizeof regions / sizeof regions[0];
    cortex_m_mpu_start(regions,
                       stm32_flash_store.slot_bytes != 0 ? region_count : region_count - 1u);
    clock = stm32_clock_start(&plan);
    systick_start(clock.core_hertz / 1000);
    cycle_counter_start();
}

struct board_clock board_clock(void) {
    return clock;
}

void board_unique_id(uint8_t id[BOARD_UNIQUE_ID_BYTES]) {
    for (uint32_t i = 0; i < BOARD_UNIQUE_ID_BYTES; i++)
        id[i] = UNIQUE_ID(i);
}
