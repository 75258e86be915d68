/* SysTick: one interrupt a millisecond. */
#ifndef FIELDTUNE_SYSTICK_H
#define FIELDTUNE_SYSTICK_H

#include <stdint.h>

/* `ticks_per_millisecond` <= 2^24. */
void systick_start(uint32_t ticks_per_millisecond);

/* Core clock ticks since `systick_start`, modulo 2^32: SysTick's 24 bits extended by counting its
 * interrupts. Right also with interrupts masked, for up to one millisecond. */
uint32_t systick_ticks(void);

#endif
