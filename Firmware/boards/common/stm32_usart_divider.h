/* The divider of a USART's baud rate generator, for both generations. */
#ifndef FIELDTUNE_STM32_USART_DIVIDER_H
#define FIELDTUNE_STM32_USART_DIVIDER_H

#include <stdint.h>

/* USARTDIV in sixteenths, with 16-fold oversampling; 0 where no divider is within 2 %, about half of
 * what a receiver tolerates (RM0385, 31.5 / RM0090, 30.3: baud rate generation, tolerance of the
 * receiver). */
static inline uint32_t stm32_usart_divider(uint32_t clock_hertz, uint32_t baud) {
    if (baud == 0 || baud > clock_hertz / 16u)
        return 0;
    uint32_t divider = (clock_hertz + baud / 2u) / baud;
    if (divider > 0xFFFFu)
        return 0;
    uint32_t actual = clock_hertz / divider;
    uint32_t error = actual > baud ? actual - baud : baud - actual;
    return error <= baud / 50u ? divider : 0;
}

#endif
