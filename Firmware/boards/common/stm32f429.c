#include "stm32f429.h"

#include "board.h"
#include "cycle_counter.h"
#include "stm32_clock.h"
#include "stm32_registers.h"
#include "systick.h"

/* RM0090: 3.9.2 and chapter 39 (unique device ID register). */
#define FLASH_ACR_ICEN (1u << 9)
#define FLASH_ACR_DCEN (1u << 10)
#define UNIQUE_ID(byte) (*(const volatile uint8_t *)(0x1FFF7A10u + (byte)))

enum { CORE_HERTZ = 180000000 };

static struct board_clock clock;

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
