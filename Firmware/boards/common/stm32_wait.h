/* Waits end: a clock that never comes must not hang the board (nor QEMU, which has no RCC). */
#ifndef FIELDTUNE_STM32_WAIT_H
#define FIELDTUNE_STM32_WAIT_H

#include <stdbool.h>
#include <stdint.h>

/* True once all bits of `mask` read as `expected`; false after STM32_WAIT_READS reads. At 16 MHz
 * that is more than 60 ms, many times what a crystal takes to start (some 2 ms, datasheets). */
enum { STM32_WAIT_READS = 200000 };

static inline bool stm32_wait(const volatile uint32_t *reg, uint32_t mask, uint32_t expected) {
    for (uint32_t reads = 0; reads < STM32_WAIT_READS; reads++) {
        if ((*reg & mask) == expected)
            return true;
    }
    return false;
}

#endif
