#include "stm32_clock.h"

#include "stm32_registers.h"
#include "stm32_wait.h"

static bool start_external(bool is_bypassed) {
    if (is_bypassed)
        RCC_CR |= RCC_CR_HSEBYP; /* before HSEON: 5.3.1 / 6.3.1 */
    RCC_CR |= RCC_CR_HSEON;
    if (stm32_wait(&RCC_CR, RCC_CR_HSERDY, RCC_CR_HSERDY))
        return true;
    RCC_CR &= ~RCC_CR_HSEON; /* HSEBYP cannot be cleared with it, and means nothing without it */
    return false;
}

/* PLLP bits 00 divide by 2. Written while the PLL is off. */
static bool start_pll(const struct stm32_pll *pll, uint32_t source) {
    RCC_CR &= ~RCC_CR_PLLON;
    if (!stm32_wait(&RCC_CR, RCC_CR_PLLRDY, 0))
        return false;
    RCC_PLLCFGR =
        (RCC_PLLCFGR & RCC_PLLCFGR_RESERVED) | pll->m | pll->n << 6 | source | pll->q << 24;
    RCC_CR |= RCC_CR_PLLON;
    return stm32_wait(&RCC_CR, RCC_CR_PLLRDY, RCC_CR_PLLRDY);
}

/* 4.1.4 / 5.1.4 "Entering Over-drive mode": the core still runs from HSI and the PLL is on, with which
 * the voltage scale takes effect. No clock of a peripheral but PWR's is on until it is over. */
static bool start_over_drive(void) {
    if (!stm32_wait(&PWR_CSR1, PWR_CSR1_VOSRDY, PWR_CSR1_VOSRDY))
        return false;
    PWR_CR1 |= PWR_CR1_ODEN;
    if (!stm32_wait(&PWR_CSR1, PWR_CSR1_ODRDY, PWR_CSR1_ODRDY))
        return false;
    PWR_CR1 |= PWR_CR1_ODSWEN;
    return stm32_wait(&PWR_CSR1, PWR_CSR1_ODSWRDY, PWR_CSR1_ODSWRDY);
}

/* Wait states and bus dividers before the faster clock: chapter 3 of both manuals, "Increasing the
 * CPU frequency". */
static bool switch_to_pll(uint32_t flash_acr) {
    FLASH_ACR = flash_acr;
    if (!stm32_wait(&FLASH_ACR, FLASH_ACR_LATENCY, flash_acr & FLASH_ACR_LATENCY))
        return false;
    uint32_t cfgr = RCC_CFGR & ~(RCC_CFGR_PRESCALERS | RCC_CFGR_SW_MASK);
    cfgr |= RCC_CFGR_PPRE1_DIV4 | RCC_CFGR_PPRE2_DIV2;
    RCC_CFGR = cfgr;
    RCC_CFGR = cfgr | RCC_CFGR_SW_PLL;
    return stm32_wait(&RCC_CFGR, RCC_CFGR_SWS_MASK, RCC_CFGR_SWS_PLL);
}

/* 4.1.4 / 5.1.4 "Exiting from Over-drive mode": back on HSI, both of its bits at once, then the PLL. */
static struct board_clock stay_on_hsi(void) {
    RCC_CFGR &= ~(RCC_CFGR_SW_MASK | RCC_CFGR_PRESCALERS);
    PWR_CR1 &= ~(PWR_CR1_ODEN | PWR_CR1_ODSWEN);
    RCC_CR &= ~RCC_CR_PLLON;
    return (struct board_clock){.core_hertz = STM32_HSI_HERTZ, .source = BOARD_CLOCK_SLOW};
}

struct board_clock stm32_clock_start(const struct stm32_clock_plan *plan) {
    RCC_APB1ENR |= RCC_APB1ENR_PWREN;
    (void)RCC_APB1ENR;              /* read back: two cycles until the peripheral answers */
    PWR_CR1 |= PWR_CR1_VOS_SCALE_1; /* before the PLL is on: 4.4.1 / 5.5.1 */
    bool is_external = start_external(plan->external_is_bypassed) &&
                       start_pll(&plan->external, RCC_PLLCFGR_PLLSRC_HSE);
    bool has_pll = is_external || start_pll(&plan->internal, 0);
    if (!has_pll || !start_over_drive() || !switch_to_pll(plan->flash_acr))
        return stay_on_hsi();
    return (struct board_clock){
        .core_hertz = plan->core_hertz,
        .source = is_external ? BOARD_CLOCK_NOMINAL : BOARD_CLOCK_INTERNAL,
    };
}

uint32_t stm32_apb1_hertz(struct board_clock clock) {
    return clock.source == BOARD_CLOCK_SLOW ? clock.core_hertz : clock.core_hertz / 4;
}

uint32_t stm32_apb2_hertz(struct board_clock clock) {
    return clock.source == BOARD_CLOCK_SLOW ? clock.core_hertz : clock.core_hertz / 2;
}
