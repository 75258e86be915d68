/* USART of the STM32F4 (RM0090, chapter 30). Reading SR, then DR, clears RXNE, ORE, NF and FE
 * (30.6.1), so one pass of the handler acknowledges all it saw. */
#include "cortex_m.h"
#include "serial_driver.h"
#include "stm32_usart.h"

#define USART_SR(base) REGISTER32((base) + 0x00u)
#define USART_DR(base) REGISTER32((base) + 0x04u)
#define USART_BRR(base) REGISTER32((base) + 0x08u)
#define USART_CR1(base) REGISTER32((base) + 0x0Cu)

#define SR_FE (1u << 1)
#define SR_NF (1u << 2)
#define SR_ORE (1u << 3)
#define SR_RXNE (1u << 5)
#define SR_TC (1u << 6)
#define SR_TXE (1u << 7)
#define CR1_RE (1u << 2)
#define CR1_TE (1u << 3)
#define CR1_RXNEIE (1u << 5)
#define CR1_TXEIE (1u << 7)
#define CR1_UE (1u << 13)

static struct stm32_usart usart;
static uint32_t line_baud;

void stm32_usart_start(struct stm32_usart line, uint32_t baud) {
    usart = line;
    serial_driver_set_baud(serial_driver_can_set_baud(baud) ? baud : STM32_USART_FALLBACK_BAUD);
    USART_CR1(usart.base) = CR1_UE | CR1_TE | CR1_RE | CR1_RXNEIE;
    cortex_m_enable_interrupt(usart.interrupt);
}

static void count_errors(uint32_t status) {
    if ((status & SR_ORE) != 0)
        serial_errors.overruns++;
    if ((status & SR_NF) != 0)
        serial_errors.noise++;
    if ((status & SR_FE) != 0)
        serial_errors.framing++;
}

void stm32_usart_handler(void) {
    uint32_t status = USART_SR(usart.base);
    if ((status & (SR_RXNE | SR_ORE | SR_NF | SR_FE)) != 0) {
        uint8_t byte = (uint8_t)USART_DR(usart.base);
        count_errors(status);
        if ((status & SR_RXNE) != 0)
            serial_received(byte);
    }
    serial_driver_send();
}

/* TXEIE stands exactly while the ring holds bytes. */
void serial_driver_send(void) {
    uint8_t byte;
    while ((USART_SR(usart.base) & SR_TXE) != 0 && serial_next_to_send(&byte)) {
        USART_DR(usart.base) = byte;
    }
    uint32_t cr1 = USART_CR1(usart.base) & ~CR1_TXEIE;
    USART_CR1(usart.base) = serial_has_more_to_send() ? cr1 | CR1_TXEIE : cr1;
}

bool serial_driver_idle(void) {
    return (USART_SR(usart.base) & SR_TC) != 0;
}

uint32_t serial_driver_baud(void) {
    return line_baud;
}

bool serial_driver_can_set_baud(uint32_t baud) {
    return stm32_usart_divider(usart.clock_hertz, baud) != 0;
}

void serial_driver_set_baud(uint32_t baud) {
    line_baud = baud;
    USART_BRR(usart.base) = stm32_usart_divider(usart.clock_hertz, baud);
}
