/* The serial line without the core: received bytes go straight into the ring, and frames out of it.
 *
 * Invariants
 *   - The receive stream is circular and never stops for want of room. `written` counts all bytes
 *     it has written, `taken` those the main loop is done with; byte i lies at i % size. What is
 *     further than a ring behind `written` is overwritten and counted as dropped.
 *   - `written` follows the stream as long as somebody looks before it has gone around twice: the
 *     main loop does, and half-transfer, transfer-complete and idle-line interrupts do in its stead
 *     while an operation runs.
 *   - The transmit stream carries the oldest bytes of the transmit ring, in one piece; they are
 *     freed by its interrupts, at the half and at the end. Nobody else touches that stream.
 *   - Both rings lie where DMA reaches them and no cache hides them: sections.ld, `.dma`.
 */
#include "stm32_serial_dma.h"

#include "serial_driver.h"
#include "stm32_wait.h"

enum { RING_BYTES = BOARD_RECEIVE_RING_BYTES };

_Static_assert((RING_BYTES & (RING_BYTES - 1)) == 0, "positions are masked");

static uint8_t receive_bytes[RING_BYTES] __attribute__((section(".bss.dma.receive")));
static volatile uint32_t written; /* modulo 2^32 */
static bool is_turn_owed;         /* the position has wrapped, its flag has not been seen */
static uint32_t taken;
static uint32_t in_flight; /* bytes of the piece on its way that are not freed yet */

#define RECEIVE (&stm32_serial_streams.receive)
#define TRANSMIT (&stm32_serial_streams.transmit)

static void start_receiving(void) {
    stm32_dma_start(RECEIVE, stm32_usart.base + stm32_usart_layout.receive_data, receive_bytes,
                    RING_BYTES, DMA_SxCR_CIRC | DMA_SxCR_PL_VERY_HIGH);
}

void stm32_serial_start(struct stm32_usart line, uint32_t baud) {
    stm32_usart_start(line, baud, USART_CR1_IDLEIE);
    start_receiving();
    STM32_USART_REGISTER(line.base, control3) = USART_CR3_EIE | USART_CR3_DMAR | USART_CR3_DMAT;
    cortex_m_enable_interrupt(RECEIVE->interrupt);
    cortex_m_enable_interrupt(TRANSMIT->interrupt);
}

/* Follows the stream. Called by its interrupt or with interrupts masked.
 *
 * The position alone cannot tell a whole turn from none; TCIF can. Read before the position, it may
 * come late, for a turn that the position has already shown: then one is owed. */
static void follow(void) {
    uint32_t flags = stm32_dma_take_flags(RECEIVE);
    uint32_t position = (RING_BYTES - DMA_SxNDTR(RECEIVE)) & (RING_BYTES - 1u);
    uint32_t last = written & (RING_BYTES - 1u);
    uint32_t advance = (position - last) & (RING_BYTES - 1u);
    bool has_wrapped = position < last;
    if ((flags & DMA_FLAG_TCIF) != 0) {
        if (!has_wrapped && !is_turn_owed)
            advance += RING_BYTES;
        is_turn_owed = false;
    } else if (has_wrapped) {
        is_turn_owed = true;
    }
    serial_errors.dma += (flags & (DMA_FLAG_TEIF | DMA_FLAG_DMEIF | DMA_FLAG_FEIF)) != 0;
    written += advance;
}

void stm32_serial_receive_handler(void) {
    follow();
}

/* A silent line wakes the main loop; the rest is errors. */
void stm32_usart_handler(void) {
    uint32_t status = STM32_USART_REGISTER(stm32_usart.base, status);
    stm32_usart_count_errors(status);
    stm32_usart_acknowledge(stm32_usart.base, status);
}

/* The stream is off: it begins again at the ring's start, and so does the count. What was not taken
 * is lost. */
static void restart_receiving(void) {
    serial_errors.dropped += written - taken;
    written = 0;
    taken = 0;
    is_turn_owed = false;
    start_receiving();
}

/* The stream must be off while UE is 0 (RM0385, 31.8.1). Switching it off sets TCIF, which must not
 * be taken for a turn: interrupts are masked until the stream has begun anew. */
void board_serial_set_baud(uint32_t baud) {
    uint32_t primask = cortex_m_mask_interrupts();
    follow();
    DMA_SxCR(RECEIVE) &= ~DMA_SxCR_EN;
    stm32_wait(&DMA_SxCR(RECEIVE), DMA_SxCR_EN, 0);
    stm32_usart_set_baud(baud);
    restart_receiving();
    cortex_m_restore_interrupts(primask);
}

struct board_serial_bytes board_serial_received(void) {
    uint32_t primask = cortex_m_mask_interrupts();
    follow();
    if ((DMA_SxCR(RECEIVE) & DMA_SxCR_EN) == 0) /* a bus error did it: 8.3.19 / 10.3.18 */
        restart_receiving();
    uint32_t waiting = written - taken;
    cortex_m_restore_interrupts(primask);
    if (waiting > RING_BYTES) {
        serial_errors.dropped += waiting - RING_BYTES;
        taken += waiting - RING_BYTES;
        waiting = RING_BYTES;
    }
    cortex_m_order_memory(); /* the bytes are read after their number */
    uint32_t start = taken & (RING_BYTES - 1u);
    uint32_t until_wrap = RING_BYTES - start;
    return (struct board_serial_bytes){.bytes = receive_bytes + start,
                                       .count = waiting < until_wrap ? waiting : until_wrap};
}

void board_serial_take(uint32_t byte_count) {
    taken += byte_count;
}

static void send_piece(struct byte_span piece) {
    in_flight = piece.count;
    stm32_usart_clear_complete(stm32_usart.base);
    stm32_dma_start(TRANSMIT, stm32_usart.base + stm32_usart_layout.transmit_data, piece.bytes,
                    piece.count, DMA_SxCR_DIR_TO_PERIPHERAL | DMA_SxCR_PL_HIGH);
}

/* Comes at the half and the end of a piece, on an error, and when `serial_driver_send` says so.
 * FEIF is no error here: in direct mode it only says that memory answered after the USART had
 * asked. */
void stm32_serial_transmit_handler(void) {
    uint32_t flags = stm32_dma_take_flags(TRANSMIT);
    bool has_failed = (flags & (DMA_FLAG_TEIF | DMA_FLAG_DMEIF)) != 0;
    serial_errors.dma += has_failed;
    bool is_running = (DMA_SxCR(TRANSMIT) & DMA_SxCR_EN) != 0;
    /* After a bus error the rest of the piece is given up, so that errors come to an end; the link
     * sends the frame again. */
    uint32_t left = is_running ? DMA_SxNDTR(TRANSMIT) : 0;
    byte_ring_free_oldest(&serial_transmit_ring, in_flight - left);
    in_flight = left;
    if (is_running)
        return;
    struct byte_span oldest = byte_ring_oldest(&serial_transmit_ring);
    if (oldest.count > 0)
        send_piece(oldest);
}

void serial_driver_send(void) {
    cortex_m_pend_interrupt(TRANSMIT->interrupt);
}
