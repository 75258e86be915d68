/* A stream of the DMA controllers (RM0385, chapter 8 / RM0090, chapter 10): both chips have the
 * same two, at the same addresses, with the same requests. */
#ifndef FIELDTUNE_STM32_DMA_H
#define FIELDTUNE_STM32_DMA_H

#include <stdint.h>

#include "cortex_m.h"

#define STM32_DMA1 0x40026000u
#define STM32_DMA2 0x40026400u

struct stm32_dma_stream {
    uint32_t registers;  /* of this stream */
    uint32_t flags;      /* its LISR or HISR; LIFCR or HIFCR lies 8 bytes on */
    uint8_t flags_shift; /* its place there */
    uint8_t channel;     /* CHSEL: the request, from the table of 8.3.3 / 10.3.3 */
    uint8_t interrupt;   /* vector tables of chapter 10 / chapter 12 */
};

/* Stream `number` (0 to 7) of a controller: 8.5.11 / 10.5.11, register map. */
#define STM32_DMA_STREAM(controller, number, request_channel, interrupt_number)                    \
    {                                                                                              \
        .registers = (controller) + 0x10u + 0x18u * (number),                                      \
        .flags = (controller) + ((number)&4u),                                                     \
        .flags_shift = 6u * ((number)&1u) + 8u * ((number)&2u), .channel = (request_channel),      \
        .interrupt = (interrupt_number)                                                            \
    }

/* 8.5.5 to 8.5.8 / 10.5.5 to 10.5.8. */
#define DMA_SxCR(stream) REGISTER32((stream)->registers + 0x00u)
#define DMA_SxNDTR(stream) REGISTER32((stream)->registers + 0x04u)
#define DMA_SxPAR(stream) REGISTER32((stream)->registers + 0x08u)
#define DMA_SxM0AR(stream) REGISTER32((stream)->registers + 0x0Cu)
#define DMA_SxCR_EN (1u << 0)
#define DMA_SxCR_DMEIE (1u << 1)
#define DMA_SxCR_TEIE (1u << 2)
#define DMA_SxCR_HTIE (1u << 3)
#define DMA_SxCR_TCIE (1u << 4)
#define DMA_SxCR_DIR_TO_PERIPHERAL (1u << 6)
#define DMA_SxCR_CIRC (1u << 8)
#define DMA_SxCR_MINC (1u << 10)
#define DMA_SxCR_PL_HIGH (2u << 16)
#define DMA_SxCR_PL_VERY_HIGH (3u << 16)

/* A stream's five flags (8.5.1 to 8.5.4 / 10.5.1 to 10.5.4), moved to bit 0. */
#define DMA_FLAG_FEIF (1u << 0)
#define DMA_FLAG_DMEIF (1u << 2)
#define DMA_FLAG_TEIF (1u << 3)
#define DMA_FLAG_HTIF (1u << 4)
#define DMA_FLAG_TCIF (1u << 5)
#define DMA_FLAGS_ALL 0x3Du

/* Reads a stream's flags and clears those that stand. */
uint32_t stm32_dma_take_flags(const struct stm32_dma_stream *stream);

/* Lets a stream that is switched off move `count` bytes between `data_register` and `memory`.
 * `mode` holds what it needs of DMA_SxCR beside channel, byte size, both error interrupts and those
 * of half and end. What was written to memory before is seen by the stream. */
void stm32_dma_start(const struct stm32_dma_stream *stream, uint32_t data_register,
                     const uint8_t *memory, uint32_t count, uint32_t mode);

#endif
