/* What stopped the previous boot. */
#ifndef FIELDTUNE_CRASH_H
#define FIELDTUNE_CRASH_H

#include "board.h"

/* Once, at start: what the last boot left becomes board_last_crash. */
void crash_take_record(void);

/* The board was restarted by something that could leave no record. */
void crash_without_record(enum board_crash_kind kind);

#endif
