#include "stm32f746.h"

#include "board.h"
#include "cortex_m7_cache.h"
#include "cortex_m_mpu.h"
#include "cycle_counter.h"
#include "stm32_flash.h"
#include "stm32_registers.h"
#include "systick.h"

/* RM0385: 3.7.1, 5.3 and chapter 41 (96-bit unique device identifier). */
#define RCC_DCKCFGR2 REGISTER32(0x40023890u)
#define UNIQUE_ID(byte) (*(const volatile uint8_t *)(0x1FF0F420u + (byte)))

enum { CORE_HERTZ = 216000000, USART_CLOCK_IS_SYSCLK = 1 };

static struct board_clock clock;

/* External memory, which these boards' firmware does not use, is normal memory in the default map,
 * and the core may read it on speculation: a controller that is off would never answer. Nothing
 * lies at 0 to 128 MB (the ITCM is not used): a null pointer with an offset faults there. The guard
 * makes an overflow of the stack, which is the lowest thing in the DTCM, a precise fault instead of
 * a bus error. Kept training states are written, and read as they are, not as a cache knew them;
 * their region comes last because an image that needs their sectors has none. */
static const struct cortex_m_mpu_region regions[] = {
    {0x00000000u, MPU_NO_ACCESS | MPU_EXECUTE_NEVER | MPU_SIZE_LOG2(32) |
                      MPU_WITHOUT_EIGHTHS(0x87)}, /* 0x60000000 to 0xDFFFFFFF */
    {0x00000000u, MPU_NO_ACCESS | MPU_EXECUTE_NEVER | MPU_SIZE_LOG2(27)},
    {0x1FFFF000u, MPU_NO_ACCESS | MPU_EXECUTE_NEVER | MPU_SIZE_LOG2(12)},
    {0x20000000u, MPU_READ_WRITE | MPU_WRITE_BACK | MPU_EXECUTE_NEVER | MPU_SIZE_LOG2(19) |
                      MPU_WITHOUT_EIGHTHS(0xE0)}, /* 320 KB of 512 */
    {0x08000000u, MPU_READ_ONLY | MPU_WRITE_THROUGH | MPU_SIZE_LOG2(20)},
    {0x08080000u, MPU_READ_WRITE | MPU_NOT_CACHED | MPU_EXECUTE_NEVER | MPU_SIZE_LOG2(19)},
};

/* 7 wait states at 216 MHz and 2.7 to 3.6 V (chapter 3, table of wait states). Code runs over AXI
 * through the I-cache; prefetch and ART serve the ITCM bus only and stay off. From HSI: 16 MHz / 8
 * * 216 = 432 MHz, half of it 216, a ninth 48. */
void stm32f746_start(bool external_is_bypassed, struct stm32_pll external) {
    struct stm32_clock_plan plan = {
        .external_is_bypassed = external_is_bypassed,
        .external = external,
        .internal = {.m = 8, .n = 216, .q = 9},
        .core_hertz = CORE_HERTZ,
        .flash_acr = 7u,
    };
    uint32_t region_count = sizeof regions / sizeof regions[0];
    cortex_m_mpu_start(regions,
                       stm32_flash_store.slot_bytes != 0 ? region_count : region_count - 1u);
    cortex_m7_cache_start();
    clock = stm32_clock_start(&plan);
    systick_start(clock.core_hertz / 1000);
    cycle_counter_start();
}

void stm32f746_clock_usart(enum stm32f746_usart_clock_field field) {
    RCC_DCKCFGR2 = (RCC_DCKCFGR2 & ~(3u << field)) | USART_CLOCK_IS_SYSCLK << field;
}

struct board_clock board_clock(void) {
    return clock;
}

void board_unique_id(uint8_t id[BOARD_UNIQUE_ID_BYTES]) {
    for (uint32_t i = 0; i < BOARD_UNIQUE_ID_BYTES; i++)
        id[i] = UNIQUE_ID(i);
}
