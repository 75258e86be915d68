/* The serial line of the real boards: a USART whose bytes DMA moves. */
#ifndef FIELDTUNE_STM32_SERIAL_DMA_H
#define FIELDTUNE_STM32_SERIAL_DMA_H

#include "stm32_dma.h"
#include "stm32_usart.h"

/* The board's, in its C file. */
struct stm32_serial_streams {
    struct stm32_dma_stream receive;
    struct stm32_dma_stream transmit;
};

extern const struct stm32_serial_streams stm32_serial_streams;

/* Both streams' controller and the USART have their clocks. */
void stm32_serial_start(struct stm32_usart line, uint32_t baud);

void stm32_usart_handler(void);
void stm32_serial_receive_handler(void);
void stm32_serial_transmit_handler(void);

#endif
