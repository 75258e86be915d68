/* USART of the STM32F7 (RM0385, chapter 31): errors are cleared through ICR, RXNE by reading RDR,
 * and BRR may be written only while UE is 0 (31.8.4). */
#include "cortex_m.h"
#include "serial_driver.h"
#include "stm32_usart.h"

#define USART_CR1(base) REGISTER32((base) + 0x00u)
#define USART_BRR(base) REGISTER32((base) + 0x0Cu)
#define USART_ISR(base) REGISTER32((base) + 0x1Cu)
#define USART_ICR(base) REGISTER32((base) + 0x20u)
#define USART_RDR(base) REGISTER32((base) + 0x24u)
#define USART_TDR(base) REGISTER32((base) + 0x28u)

/* The same bit numbers in ISR and ICR. */
#define ISR_FE (1u << 1)
#define ISR_NF (1u << 2)
#define ISR_ORE (1u << 3)
#define ISR_ERRORS (ISR_FE | ISR_NF | ISR_ORE)
#define ISR_RXNE (1u << 5)
#define ISR_TC (1u << 6)
#define ISR_TXE (1u << 7)
#define CR1_UE (1u << 0)
#define CR1_RE (1u << 2)
#define CR1_TE (1u << 3)
#define CR1_RXNEIE (1u << 5)
#define CR1_TXEIE (1u << 7)

static struct stm32_usart usart;
static uint32_t line_baud;

void stm32_usart_start(struct stm32_usart line, uint32_t baud) {
    usart = line;
    serial_driver_set_baud(serial_driver_can_set_baud(baud) ? baud : STM32_USART_FALLBACK_BAUD);
    USART_CR1(usart.base) = CR1_TE | CR1_RE | CR1_RXNEIE;
    USART_CR1(usart.base) = CR1_UE | CR1_TE | CR1_RE | CR1_RXNEIE;
    cortex_m_enable_interrupt(usart.interrupt);
}

static void count_and_clear_errors(uint32_t status) {
    if ((status & ISR_ORE) != 0)
        serial_errors.overruns++;
    if ((status & ISR_NF) != 0)
        serial_errors.noise++;
    if ((status & ISR_FE) != 0)
        serial_errors.framing++;
    USART_ICR(usart.base) = status & ISR_ERRORS;
}

void stm32_usart_handler(void) {
    uint32_t status = USART_ISR(usart.base);
    if ((status & ISR_RXNE) != 0)
        serial_received((uint8_t)USART_RDR(usart.base));
    if ((status & ISR_ERRORS) != 0)
        count_and_clear_errors(status);
    serial_driver_send();
}

/* TXEIE stands exactly while the ring holds bytes. */
void serial_driver_send(void) {
    uint8_t byte;
    while ((USART_ISR(usart.base) & ISR_TXE) != 0 && serial_next_to_send(&byte)) {
        USART_TDR(usart.base) = byte;
    }
    uint32_t cr1 = USART_CR1(usart.base) & ~CR1_TXEIE;
    USART_CR1(usart.base) = serial_has_more_to_send() ? cr1 | CR1_TXEIE : cr1;
}

bool serial_driver_idle(void) {
    return (USART_ISR(usart.base) & ISR_TC) != 0;
}

uint32_t serial_driver_baud(void) {
    return line_baud;
}

bool serial_driver_can_set_baud(uint32_t baud) {
    return stm32_usart_divider(usart.clock_hertz, baud) != 0;
}

void serial_driver_set_baud(uint32_t baud) {
    line_baud = baud;
    uint32_t cr1 = USART_CR1(usart.base);
    USART_CR1(usart.base) = cr1 & ~CR1_UE;
    USART_BRR(usart.base) = stm32_usart_divider(usart.clock_hertz, baud);
    USART_CR1(usart.base) = cr1;
}
