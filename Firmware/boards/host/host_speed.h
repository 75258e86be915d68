/* The rate a pseudo terminal is set to by whoever opened it. */
#ifndef FIELDTUNE_HOST_SPEED_H
#define FIELDTUNE_HOST_SPEED_H

#include <stdint.h>

/* Baud; 0 when it cannot be read. */
uint32_t host_speed(int terminal);

/* False when it cannot be set. */
_Bool host_speed_set(int terminal, uint32_t baud);

#endif
