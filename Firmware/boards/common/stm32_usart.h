/* One USART as the serial line. Two drivers implement this header: stm32f4_usart.c (SR, DR) and
 * stm32f7_usart.c (ISR, RDR, TDR); a board links the one its chip has. */
#ifndef FIELDTUNE_STM32_USART_H
#define FIELDTUNE_STM32_USART_H

#include <stdbool.h>
#include <stdint.h>

struct stm32_usart {
    uint32_t base;
    uint32_t interrupt;
    uint32_t clock_hertz; /* of the clock that feeds the baud rate generator */
};

/* What every clock can make, the bare internal oscillator included. */
enum { STM32_USART_FALLBACK_BAUD = 115200 };

/* 8N1 with interrupts, at STM32_USART_FALLBACK_BAUD where the clock cannot make `baud`. Pins are
 * selected and the peripheral's clock is on. */
void stm32_usart_start(struct stm32_usart usart, uint32_t baud);

/* The USART's interrupt: one byte in, errors counted, as many bytes out as the wire takes. */
void stm32_usart_handler(void);

/* Clock divider for a rate with 16-fold oversampling, USARTDIV in sixteenths; 0 where no divider is
 * within 2 %, about half of what a receiver tolerates (RM0385, 31.5 / RM0090, 30.3: baud rate
 * generation, tolerance of the receiver). */
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
