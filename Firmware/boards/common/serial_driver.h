/* Between serial.c, which owns the two rings, and a UART's driver, which owns the registers. */
#ifndef FIELDTUNE_SERIAL_DRIVER_H
#define FIELDTUNE_SERIAL_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"

/* Offered by serial.c; called from the UART's interrupt or with interrupts masked. */
void serial_received(uint8_t byte);
bool serial_next_to_send(uint8_t *byte);
bool serial_has_more_to_send(void);
extern struct board_serial_errors serial_errors; /* the driver counts all but `dropped` */

extern volatile uint32_t serial_received_count; /* bytes since boot, modulo 2^32 */

/* Offered by the driver. `send` moves bytes from the ring to the wire as far as it goes without
 * waiting and arranges for an interrupt if any are left; interrupts are masked. */
void serial_driver_send(void);
bool serial_driver_idle(void);
uint32_t serial_driver_baud(void); /* 0 where the line has no rate */
bool serial_driver_can_set_baud(uint32_t baud);
void serial_driver_set_baud(uint32_t baud);

#endif
