/* The MPS2 boards as QEMU has them: CMSDK UART 0, 25 MHz, and more memory than the microcontrollers
 * they stand for (memory.ld keeps to theirs). */
#include "board.h"
#include "board_facts.h"
#include "cmsdk_uart.h"
#include "cortex_m.h"
#include "systick.h"

enum { CORE_HERTZ = 25000000 };

const cortex_m_vector vectors[16 + 32] __attribute__((section(".vectors"), used)) = {
    CORTEX_M_SYSTEM_VECTORS(systick_handler),
    [16 + CMSDK_UART0_RECEIVE_INTERRUPT] = cmsdk_uart_receive_handler,
    [16 + CMSDK_UART0_TRANSMIT_INTERRUPT] = cmsdk_uart_transmit_handler,
    [18 ... 47] = fault_handler,
};

void board_init(void) {
    systick_start(CORE_HERTZ / 1000);
    cmsdk_uart_start(CORE_HERTZ, BOARD_DEFAULT_BAUD);
}

struct board_clock board_clock(void) {
    return (struct board_clock){.core_hertz = CORE_HERTZ, .source = BOARD_CLOCK_NOMINAL};
}
