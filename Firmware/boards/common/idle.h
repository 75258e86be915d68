/* Sleeping without missing a byte. */
#ifndef FIELDTUNE_IDLE_H
#define FIELDTUNE_IDLE_H

/* Waits for an interrupt unless received bytes are waiting. */
void idle_until_interrupt(void);

#endif
