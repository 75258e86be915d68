/* One USART as the serial line, 8N1. Its two generations give the same bits of their registers
 * other places: stm32f4_usart.c and stm32f7_usart.c say which, and a board links the one its chip
 * has. How bytes move is the business of stm32_serial_dma.c, or of stm32_serial_interrupt.c in
 * QEMU. */
#ifndef FIELDTUNE_STM32_USART_H
#define FIELDTUNE_STM32_USART_H

#include <stdbool.h>
#include <stdint.h>

#include "cortex_m.h"

struct stm32_usart {
    uint32_t base;
    uint32_t interrupt;
    uint32_t clock_hertz; /* of the clock that feeds the baud rate generator */
};

/* RM0385, 31.8 / RM0090, 30.6. Offsets from a USART's base, and what differs beside them. */
struct stm32_usart_layout {
    uint8_t status; /* SR / ISR, of which bits 1 to 7 are the same */
    uint8_t receive_data;
    uint8_t transmit_data;
    uint8_t baud_rate;
    uint8_t control1;
    uint8_t control3;
    uint16_t enable; /* UE in CR1 */
};

extern const struct stm32_usart_layout stm32_usart_layout;

#define STM32_USART_REGISTER(base, name) REGISTER32((base) + stm32_usart_layout.name)

#define USART_STATUS_FE (1u << 1)
#define USART_STATUS_NF (1u << 2)
#define USART_STATUS_ORE (1u << 3)
#define USART_STATUS_IDLE (1u << 4)
#define USART_STATUS_RXNE (1u << 5)
#define USART_STATUS_TC (1u << 6)
#define USART_STATUS_TXE (1u << 7)
#define USART_STATUS_ERRORS (USART_STATUS_FE | USART_STATUS_NF | USART_STATUS_ORE)
#define USART_CR1_RE (1u << 2)
#define USART_CR1_TE (1u << 3)
#define USART_CR1_IDLEIE (1u << 4)
#define USART_CR1_RXNEIE (1u << 5)
#define USART_CR1_TXEIE (1u << 7)
#define USART_CR3_EIE (1u << 0)
#define USART_CR3_DMAR (1u << 6)
#define USART_CR3_DMAT (1u << 7)

/* By generation: forgets the errors and the idle line that `status`, just read, shows. */
void stm32_usart_acknowledge(uint32_t base, uint32_t status);
/* By generation: forgets that the last transmission is complete (TC). */
void stm32_usart_clear_complete(uint32_t base);

/* What every clock can make, the bare internal oscillator included. */
enum { STM32_USART_FALLBACK_BAUD = 115200 };

/* 8N1, both ways, with the interrupts named in `control1`, at STM32_USART_FALLBACK_BAUD where the
 * clock cannot make `baud`. Pins are selected and the peripheral's clock is on. */
void stm32_usart_start(struct stm32_usart line, uint32_t baud, uint32_t control1);

/* Sets the rate, one that the clock can make. Bytes on the wire are cut. */
void stm32_usart_set_baud(uint32_t baud);

/* Counts the errors in `status`. */
void stm32_usart_count_errors(uint32_t status);

/* The one that was started. */
extern struct stm32_usart stm32_usart;

#endif
