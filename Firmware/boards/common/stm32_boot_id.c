/* board_boot_id from the random number generator (RM0385, chapter "RNG" / RM0090, 24); where its
 * clock does not come, from the cycle counter alone, which the oscillator's start-up time jitters.
 */
#include "board.h"
#include "stm32_registers.h"
#include "stm32_wait.h"

static uint32_t random_word(void) {
    RCC_AHB2ENR |= RCC_AHB2ENR_RNGEN;
    (void)RCC_AHB2ENR;
    RNG_CR |= RNG_CR_RNGEN;
    uint32_t word = 0;
    if (stm32_wait(&RNG_SR, RNG_SR_DRDY, RNG_SR_DRDY))
        word = RNG_DR;
    RNG_CR &= ~RNG_CR_RNGEN;
    return word;
}

uint32_t board_boot_id(void) {
    static uint32_t boot_id;
    if (boot_id == 0)
        boot_id = random_word() ^ board_ticks();
    if (boot_id == 0)
        boot_id = 1;
    return boot_id;
}
