/* Bytes moved by the USART's interrupt, for the STM32F4 as QEMU has it: without a DMA controller.
 */
#ifndef FIELDTUNE_STM32_SERIAL_INTERRUPT_H
#define FIELDTUNE_STM32_SERIAL_INTERRUPT_H

#include "stm32_usart.h"

void stm32_serial_start(struct stm32_usart line, uint32_t baud);
void stm32_usart_handler(void);

#endif
