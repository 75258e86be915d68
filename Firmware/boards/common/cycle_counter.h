/* DWT's 32-bit cycle counter as board_ticks. */
#ifndef FIELDTUNE_CYCLE_COUNTER_H
#define FIELDTUNE_CYCLE_COUNTER_H

void cycle_counter_start(void);

#endif
