/* What every serial line shares: the ring of bytes to send, and the counts of errors.
 *
 * Invariant: the main loop fills the transmit ring, the driver empties it; on a chip that is its
 * interrupt alone, which `serial_driver_send` makes pending, so that nothing needs a lock. */
#include "serial_driver.h"

/* Where DMA reaches it. */
static uint8_t transmit_bytes[BOARD_TRANSMIT_RING_BYTES]
    __attribute__((section(".bss.dma.transmit")));
struct byte_ring serial_transmit_ring = {.bytes = transmit_bytes,
                                         .capacity = sizeof transmit_bytes};
struct board_serial_errors serial_errors;

struct board_serial_space board_serial_space(void) {
    return (struct board_serial_space){.bytes = transmit_bytes,
                                       .size = sizeof transmit_bytes,
                                       .start = serial_transmit_ring.head,
                                       .room = byte_ring_room(&serial_transmit_ring)};
}

void board_serial_send(uint32_t byte_count) {
    byte_ring_publish(&serial_transmit_ring, byte_count);
    serial_driver_send();
}

bool board_serial_drained(void) {
    return serial_driver_idle() && byte_ring_used(&serial_transmit_ring) == 0;
}

struct board_serial_errors board_serial_errors(void) {
    return serial_errors;
}
