/* The clock tree of the STM32F7 and F42x/F43x: oscillator, PLL, over-drive, flash wait states. */
#ifndef FIELDTUNE_STM32_CLOCK_H
#define FIELDTUNE_STM32_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"

enum { STM32_HSI_HERTZ = 16000000 };

/* VCO = source / m * n, core = VCO / 2, 48 MHz domain = VCO / q.
 * Bounds (5.3.2 / 6.3.2): source / m in 1...2 MHz, VCO in 100...432 MHz, q in 2...15. */
struct stm32_pll {
    uint32_t m;
    uint32_t n;
    uint32_t q;
};

struct stm32_clock_plan {
    bool external_is_bypassed; /* a clock signal on OSC_IN instead of a crystal */
    struct stm32_pll external; /* from HSE */
    struct stm32_pll internal; /* from HSI, same core frequency */
    uint32_t core_hertz;       /* needs over-drive; APB1 = core / 4, APB2 = core / 2 */
    uint32_t flash_acr;        /* FLASH_ACR at that frequency, wait states in bits 3:0 */
};

/* From the state after reset. Tries HSE and PLL, then HSI and PLL, then leaves HSI: the result
 * says which, and the core frequency that holds. */
struct board_clock stm32_clock_start(const struct stm32_clock_plan *plan);

/* Frequencies of the two peripheral buses under that clock. */
uint32_t stm32_apb1_hertz(struct board_clock clock);
uint32_t stm32_apb2_hertz(struct board_clock clock);

#endif
