/* USART of the STM32F4 (RM0090, 30.6). */
#include "stm32_usart.h"

const struct stm32_usart_layout stm32_usart_layout = {
    .status = 0x00,        /* SR */
    .receive_data = 0x04,  /* DR */
    .transmit_data = 0x04, /* DR */
    .baud_rate = 0x08,     /* BRR */
    .control1 = 0x0C,      /* CR1 */
    .control3 = 0x14,      /* CR3 */
    .enable = 1u << 13,
};

/* 30.6.1: reading SR, then DR, clears IDLE, ORE, NF and FE. An error has spoilt its frame, so the
 * byte in DR may go; a byte that merely follows an idle line is left to the DMA, whose reading of
 * DR clears the flag as well. */
void stm32_usart_acknowledge(uint32_t base, uint32_t status) {
    if ((status & USART_STATUS_ERRORS) != 0 || (status & USART_STATUS_RXNE) == 0)
        (void)STM32_USART_REGISTER(base, receive_data);
}

/* Bits of SR that can be cleared by writing 0: CTS, LBD, TC, RXNE. The others stay. */
void stm32_usart_clear_complete(uint32_t base) {
    STM32_USART_REGISTER(base, status) = 1u << 9 | 1u << 8 | USART_STATUS_RXNE;
}
