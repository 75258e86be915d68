/* Arm CMSDK APB UART (DDI 0479, chapter 4.3), number 0 of the MPS2 boards. */
#ifndef FIELDTUNE_CMSDK_UART_H
#define FIELDTUNE_CMSDK_UART_H

#include <stdint.h>

enum { CMSDK_UART0_RECEIVE_INTERRUPT = 0, CMSDK_UART0_TRANSMIT_INTERRUPT = 1 };

/* `clock_hertz` is the peripheral clock. */
void cmsdk_uart_start(uint32_t clock_hertz, uint32_t baud);
void cmsdk_uart_receive_handler(void);
void cmsdk_uart_transmit_handler(void);

#endif
