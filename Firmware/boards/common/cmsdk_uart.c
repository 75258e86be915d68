#include "cmsdk_uart.h"

#include "cortex_m.h"
#include "serial_driver.h"

#define UART0_DATA REGISTER32(0x40004000u)
#define UART0_STATE REGISTER32(0x40004004u)
#define UART0_CTRL REGISTER32(0x40004008u)
#define UART0_INTCLEAR REGISTER32(0x4000400Cu)
#define UART0_BAUDDIV REGISTER32(0x40004010u)

#define STATE_TX_FULL (1u << 0)
#define STATE_RX_FULL (1u << 1)
#define STATE_RX_OVERRUN (1u << 3)
#define CTRL_TX_ENABLE (1u << 0)
#define CTRL_RX_ENABLE (1u << 1)
#define CTRL_TX_INTERRUPT (1u << 2)
#define CTRL_RX_INTERRUPT (1u << 3)
#define INTERRUPT_TX (1u << 0)
#define INTERRUPT_RX (1u << 1)

void cmsdk_uart_start(uint32_t clock_hertz, uint32_t baud) {
    UART0_BAUDDIV = clock_hertz / baud;
    UART0_CTRL = CTRL_TX_ENABLE | CTRL_RX_ENABLE | CTRL_TX_INTERRUPT | CTRL_RX_INTERRUPT;
    cortex_m_enable_interrupt(CMSDK_UART0_RECEIVE_INTERRUPT);
    cortex_m_enable_interrupt(CMSDK_UART0_TRANSMIT_INTERRUPT);
}

void cmsdk_uart_receive_handler(void) {
    UART0_INTCLEAR = INTERRUPT_RX;
    uint32_t state;
    while (((state = UART0_STATE) & STATE_RX_FULL) != 0) {
        if ((state & STATE_RX_OVERRUN) != 0) {
            UART0_STATE = STATE_RX_OVERRUN;
            serial_errors.overruns++;
        }
        serial_received((uint8_t)UART0_DATA);
    }
}

/* The interrupt comes when the buffer empties, so filling it asks for the next one. */
void cmsdk_uart_transmit_handler(void) {
    UART0_INTCLEAR = INTERRUPT_TX;
    struct byte_span oldest;
    while ((UART0_STATE & STATE_TX_FULL) == 0 &&
           (oldest = byte_ring_oldest(&serial_transmit_ring)).count > 0) {
        UART0_DATA = oldest.bytes[0];
        byte_ring_free_oldest(&serial_transmit_ring, 1);
    }
}

void serial_driver_send(void) {
    cortex_m_pend_interrupt(CMSDK_UART0_TRANSMIT_INTERRUPT);
}

bool serial_driver_idle(void) {
    return (UART0_STATE & STATE_TX_FULL) == 0;
}

/* The emulated line has no rate. */
uint32_t board_serial_baud(void) {
    return 0;
}

bool board_serial_can_set_baud(uint32_t baud) {
    (void)baud;
    return false;
}

void board_serial_set_baud(uint32_t baud) {
    (void)baud;
}
