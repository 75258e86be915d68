/* The STEP records of the samples applied last, to answer repeats without applying them again.
 *
 * Invariant: the ring holds the indices [next - count, next) of one run, each in slot index %
 * SLOTS. */
#ifndef FIELDTUNE_RECORD_RING_H
#define FIELDTUNE_RECORD_RING_H

#include "protocol.gen.h"

enum { RECORD_RING_SLOTS = 8 };

struct record_ring {
    struct wire_step records[RECORD_RING_SLOTS];
    uint32_t next; /* index of the sample to be applied next */
    uint32_t count;
};

/* Forgets every record; `next` is the index of the first sample to come. */
void record_ring_clear(struct record_ring *ring, uint32_t next);

/* Keeps `record`, whose index must be `ring->next`, in place of the oldest when the ring is full.
 */
void record_ring_add(struct record_ring *ring, const struct wire_step *record);

/* The record of `index`; null when it is not applied yet or was overwritten. */
const struct wire_step *record_ring_find(const struct record_ring *ring, uint32_t index);

/* Index of the oldest record kept; `next` when there is none. */
uint32_t record_ring_oldest(const struct record_ring *ring);

#endif
