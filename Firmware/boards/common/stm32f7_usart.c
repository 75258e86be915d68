/* USART of the STM32F7 (RM0385, 31.8). CR3's DDRE stays 0: a byte with an error sets its flag and
 * is not handed to the DMA, which goes on with the next one (31.8.3). */
#include "stm32_usart.h"

#define USART_ICR(base) REGISTER32((base) + 0x20u)

const struct stm32_usart_layout stm32_usart_layout = {
    .status = 0x1C,        /* ISR */
    .receive_data = 0x24,  /* RDR */
    .transmit_data = 0x28, /* TDR */
    .baud_rate = 0x0C,     /* BRR */
    .control1 = 0x00,      /* CR1 */
    .control3 = 0x08,      /* CR3 */
    .enable = 1u << 0,
};

/* 31.8.9: the flags have the same bit numbers in ISR and ICR. */
void stm32_usart_acknowledge(uint32_t base, uint32_t status) {
    USART_ICR(base) = status & (USART_STATUS_ERRORS | USART_STATUS_IDLE);
}

void stm32_usart_clear_complete(uint32_t base) {
    USART_ICR(base) = USART_STATUS_TC;
}
