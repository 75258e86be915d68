/* Between the rings of the serial line, which the main loop sees, and the driver that owns the
 * UART's registers. */
#ifndef FIELDTUNE_SERIAL_DRIVER_H
#define FIELDTUNE_SERIAL_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"
#include "byte_ring.h"

/* serial.c. The driver alone frees bytes of the ring, once they are on the wire. */
extern struct byte_ring serial_transmit_ring;
extern struct board_serial_errors serial_errors; /* each counted in one place */

/* serial_receive.c: for drivers whose interrupt takes a byte at a time. */
void serial_received(uint8_t byte);
extern volatile uint32_t serial_received_count; /* bytes since boot, modulo 2^32 */

/* Offered by the driver. `send` tells that bytes wait in the ring; `idle` says whether the wire has
 * fallen silent. */
void serial_driver_send(void);
bool serial_driver_idle(void);

#endif
