/* The ring of received bytes where an interrupt takes them from the UART one at a time. */
#include "serial_driver.h"

static uint8_t bytes[BOARD_RECEIVE_RING_BYTES];
static struct byte_ring ring = {.bytes = bytes, .capacity = sizeof bytes};
volatile uint32_t serial_received_count;

void serial_received(uint8_t byte) {
    serial_received_count++;
    if (!byte_ring_put(&ring, byte))
        serial_errors.dropped++;
}

struct board_serial_bytes board_serial_received(void) {
    struct byte_span oldest = byte_ring_oldest(&ring);
    return (struct board_serial_bytes){.bytes = oldest.bytes, .count = oldest.count};
}

void board_serial_take(uint32_t byte_count) {
    byte_ring_free_oldest(&ring, byte_count);
}
