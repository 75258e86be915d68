#include "stm32_dma.h"

/* LIFCR or HIFCR. */
#define CLEAR(stream) REGISTER32((stream)->flags + 8u)

uint32_t stm32_dma_take_flags(const struct stm32_dma_stream *stream) {
    uint32_t flags = REGISTER32(stream->flags) >> stream->flags_shift & DMA_FLAGS_ALL;
    CLEAR(stream) = flags << stream->flags_shift;
    return flags;
}

/* 8.3.18 / 10.3.17, "Stream configuration procedure". FCR keeps its reset value: direct mode, where
 * a byte moves as it comes, and no interrupt for FEIF. PINC and both sizes are 0: one data
 * register, bytes. */
void stm32_dma_start(const struct stm32_dma_stream *stream, uint32_t data_register,
                     const uint8_t *memory, uint32_t count, uint32_t mode) {
    CLEAR(stream) = DMA_FLAGS_ALL << stream->flags_shift;
    DMA_SxPAR(stream) = data_register;
    DMA_SxM0AR(stream) = (uint32_t)(uintptr_t)memory;
    DMA_SxNDTR(stream) = count;
    uint32_t control = (uint32_t)stream->channel << 25 | DMA_SxCR_MINC | DMA_SxCR_TCIE |
                       DMA_SxCR_HTIE | DMA_SxCR_TEIE | DMA_SxCR_DMEIE | mode;
    DMA_SxCR(stream) = control;
    cortex_m_order_memory();
    DMA_SxCR(stream) = control | DMA_SxCR_EN;
}
