/* The serial line's rate and errors, and the driver's question whether the wire is silent. */
#include "stm32_usart.h"

#include "serial_driver.h"
#include "stm32_usart_divider.h"

struct stm32_usart stm32_usart;
static uint32_t line_baud;

void stm32_usart_start(struct stm32_usart line, uint32_t baud, uint32_t control1) {
    stm32_usart = line;
    STM32_USART_REGISTER(line.base, control1) = USART_CR1_TE | USART_CR1_RE | control1;
    stm32_usart_set_baud(board_serial_can_set_baud(baud) ? baud : STM32_USART_FALLBACK_BAUD);
    cortex_m_enable_interrupt(line.interrupt);
}

void stm32_usart_count_errors(uint32_t status) {
    serial_errors.overruns += (status & USART_STATUS_ORE) != 0;
    serial_errors.noise += (status & USART_STATUS_NF) != 0;
    serial_errors.framing += (status & USART_STATUS_FE) != 0;
}

bool serial_driver_idle(void) {
    return (STM32_USART_REGISTER(stm32_usart.base, status) & USART_STATUS_TC) != 0;
}

uint32_t board_serial_baud(void) {
    return line_baud;
}

bool board_serial_can_set_baud(uint32_t baud) {
    return stm32_usart_divider(stm32_usart.clock_hertz, baud) != 0;
}

/* The F7 takes BRR only while UE is 0 (RM0385, 31.8.4); the F4 does not mind (RM0090, 30.6.3). */
void stm32_usart_set_baud(uint32_t baud) {
    line_baud = baud;
    uint32_t base = stm32_usart.base;
    uint32_t control1 = STM32_USART_REGISTER(base, control1) & ~stm32_usart_layout.enable;
    STM32_USART_REGISTER(base, control1) = control1;
    STM32_USART_REGISTER(base, baud_rate) = stm32_usart_divider(stm32_usart.clock_hertz, baud);
    STM32_USART_REGISTER(base, control1) = control1 | stm32_usart_layout.enable;
}
