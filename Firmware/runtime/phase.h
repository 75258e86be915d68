/* What the generated step calls between its operations. Time by phase: step and runtime say which
 * phase begins, the clock adds up, in units of the board's counter (instructions under QEMU, cycles
 * on a board). And the yield, so that the line is served while a step runs; its time belongs to the
 * phase it interrupts. */
#ifndef FIELDTUNE_PHASE_H
#define FIELDTUNE_PHASE_H

#include <stdint.h>

enum phase { PHASE_WAIT, PHASE_FORWARD, PHASE_BACKWARD, PHASE_UPDATE, PHASE_COUNT };

struct phase_clock {
    uint32_t (*now)(void); /* free-running counter, wraps at 2^32 */
    void (*yield)(void);   /* serves the line; never touches arena or training state */
    uint32_t since;        /* counter when `current` began */
    enum phase current;
    uint32_t total[PHASE_COUNT];
};

static inline void phase_enter(struct phase_clock *clock, enum phase next) {
    uint32_t now = clock->now();
    clock->total[clock->current] += now - clock->since;
    clock->since = now;
    clock->current = next;
}

static inline void phase_yield(const struct phase_clock *clock) {
    clock->yield();
}

#endif
