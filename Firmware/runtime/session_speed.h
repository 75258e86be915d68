/* The line's speed: proposed, tested, committed, given up. Times are milliseconds and wrap.
 *
 * Invariants
 *   - `current` is what the board's line is set to; 0 where the line has no speed, and then it
 *     stays 0.
 *   - While `proposed` is not 0 its answer is on its way: no step begins and no message is taken,
 *     so that the answer is soon the last thing said at the old speed.
 *   - Any speed but the default one is left without help of the host: one under test after
 *     WIRE_SPEED_TEST_MILLISECONDS, for `former`; a committed one after
 *     WIRE_SPEED_SILENCE_MILLISECONDS without a frame, for the default. */
#ifndef FIELDTUNE_SESSION_SPEED_H
#define FIELDTUNE_SESSION_SPEED_H

#include <stdbool.h>
#include <stdint.h>

struct session_speed {
    uint32_t current;    /* baud */
    uint32_t former;     /* where a test goes back to */
    uint32_t proposed;   /* 0: none */
    uint32_t since;      /* of the proposal, later of the change to it */
    uint32_t given_up;   /* what the line last fell back from */
    uint32_t fall_backs; /* since boot */
    bool is_tested;      /* `current` awaits SPEED_COMMIT */
};

#endif
