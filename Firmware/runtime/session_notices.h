/* What the device tells without being asked: the crash before this boot, and logs.
 *
 * Invariants
 *   - Each change is told once, at most every second; the numbers are totals, so that what a later
 *     one says includes an earlier one.
 *   - What was on its way when a connection broke is told again to the next one. */
#ifndef FIELDTUNE_SESSION_NOTICES_H
#define FIELDTUNE_SESSION_NOTICES_H

#include <stdbool.h>
#include <stdint.h>

enum session_notice {
    NOTICE_CRASH,
    NOTICE_CRASH_REGISTERS,
    NOTICE_CLOCK,
    NOTICE_BYTES_DROPPED,
    NOTICE_LINE_ERRORS,
    NOTICE_SPEED_FELL_BACK,
    NOTICE_MESSAGES_DROPPED,
    NOTICE_COUNT,
};

struct session_notices {
    /* Of each kind, a number that changes with what it has to tell; 0 for nothing. */
    uint32_t told[NOTICE_COUNT];
    uint32_t told_at; /* milliseconds, of the latest */
    uint8_t unheard;  /* bit: not acknowledged yet */
};

#endif
