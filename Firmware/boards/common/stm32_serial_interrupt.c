#include "stm32_serial_interrupt.h"

#include "serial_driver.h"

void stm32_serial_start(struct stm32_usart line, uint32_t baud) {
    stm32_usart_start(line, baud, USART_CR1_RXNEIE);
}

/* Reading DR behind SR clears RXNE and the errors (RM0090, 30.6.1), so one pass acknowledges all it
 * saw. */
static void receive(uint32_t base) {
    uint32_t status = STM32_USART_REGISTER(base, status);
    if ((status & (USART_STATUS_RXNE | USART_STATUS_ERRORS)) == 0)
        return;
    uint8_t byte = (uint8_t)STM32_USART_REGISTER(base, receive_data);
    stm32_usart_count_errors(status);
    if ((status & USART_STATUS_RXNE) != 0)
        serial_received(byte);
}

/* TXEIE stands exactly while the ring holds bytes. */
static void send(uint32_t base) {
    struct byte_span oldest;
    while ((oldest = byte_ring_oldest(&serial_transmit_ring)).count > 0 &&
           (STM32_USART_REGISTER(base, status) & USART_STATUS_TXE) != 0) {
        STM32_USART_REGISTER(base, transmit_data) = oldest.bytes[0];
        byte_ring_free_oldest(&serial_transmit_ring, 1);
    }
    uint32_t control1 = STM32_USART_REGISTER(base, control1) & ~USART_CR1_TXEIE;
    STM32_USART_REGISTER(base, control1) = oldest.count > 0 ? control1 | USART_CR1_TXEIE : control1;
}

void stm32_usart_handler(void) {
    receive(stm32_usart.base);
    send(stm32_usart.base);
}

void serial_driver_send(void) {
    cortex_m_pend_interrupt(stm32_usart.interrupt);
}

/* Masked, because the handler changes CR1 too. */
void board_serial_set_baud(uint32_t baud) {
    uint32_t primask = cortex_m_mask_interrupts();
    stm32_usart_set_baud(baud);
    cortex_m_restore_interrupts(primask);
}
