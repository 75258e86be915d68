/* The whole firmware: what startup (or the host's main) runs once memory is ready. */
#ifndef FIELDTUNE_FIRMWARE_H
#define FIELDTUNE_FIRMWARE_H

_Noreturn void firmware_run(void);

#endif
