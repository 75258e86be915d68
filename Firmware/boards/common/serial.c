/* The serial line seen from the main loop: two rings, filled and emptied by the UART's interrupt.
 *
 * Invariants
 *   - Receive ring: the interrupt produces, the main loop consumes.
 *   - Transmit ring: the main loop produces; it is emptied by the interrupt, or by the main loop
 *     with interrupts masked.
 */
#include "serial_driver.h"

#include "byte_ring.h"
#include "cortex_m.h"

static uint8_t receive_bytes[BOARD_RECEIVE_RING_BYTES];
static uint8_t transmit_bytes[BOARD_TRANSMIT_RING_BYTES];
static struct byte_ring receive_ring = {.bytes = receive_bytes, .capacity = sizeof receive_bytes};
static struct byte_ring transmit_ring = {.bytes = transmit_bytes,
                                         .capacity = sizeof transmit_bytes};
struct board_serial_errors serial_errors;
volatile uint32_t serial_received_count;

void serial_received(uint8_t byte) {
    serial_received_count++;
    if (!byte_ring_put(&receive_ring, byte))
        serial_errors.dropped++;
}

bool serial_next_to_send(uint8_t *byte) {
    return byte_ring_take(&transmit_ring, byte);
}

bool serial_has_more_to_send(void) {
    return byte_ring_used(&transmit_ring) != 0;
}

uint32_t board_serial_read(uint8_t *destination, uint32_t capacity) {
    uint32_t count = 0;
    while (count < capacity && byte_ring_take(&receive_ring, &destination[count]))
        count++;
    return count;
}

uint32_t board_serial_waiting(void) {
    return byte_ring_used(&receive_ring);
}

struct board_serial_space board_serial_space(void) {
    return (struct board_serial_space){.bytes = transmit_bytes,
                                       .size = sizeof transmit_bytes,
                                       .start = transmit_ring.head,
                                       .room = byte_ring_free(&transmit_ring)};
}

void board_serial_send(uint32_t byte_count) {
    byte_ring_publish(&transmit_ring, byte_count);
    uint32_t primask = cortex_m_mask_interrupts();
    serial_driver_send();
    cortex_m_restore_interrupts(primask);
}

bool board_serial_drained(void) {
    return !serial_has_more_to_send() && serial_driver_idle();
}

uint32_t board_serial_baud(void) {
    return serial_driver_baud();
}

bool board_serial_can_set_baud(uint32_t baud) {
    return serial_driver_can_set_baud(baud);
}

void board_serial_set_baud(uint32_t baud) {
    uint32_t primask = cortex_m_mask_interrupts();
    serial_driver_set_baud(baud);
    cortex_m_restore_interrupts(primask);
}

struct board_serial_errors board_serial_errors(void) {
    uint32_t primask = cortex_m_mask_interrupts();
    struct board_serial_errors errors = serial_errors;
    cortex_m_restore_interrupts(primask);
    return errors;
}
