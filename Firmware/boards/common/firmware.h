/* The whole firmware: what startup (or the host's main) runs once memory is ready. */
#ifndef FIELDTUNE_FIRMWARE_H
#define FIELDTUNE_FIRMWARE_H

_Noreturn void firmware_run(void);

/* Serves the line while a step runs: moves bytes between line and session, at most once in a
 * millisecond. */
void firmware_yield(void);

#endif
