#include "record_ring.h"

#include <assert.h>

void record_ring_clear(struct record_ring *ring, uint32_t next) {
    ring->next = next;
    ring->count = 0;
}

void record_ring_add(struct record_ring *ring, const struct wire_step *record) {
    assert(record->index == ring->next);
    ring->records[record->index % RECORD_RING_SLOTS] = *record;
    ring->next++;
    if (ring->count < RECORD_RING_SLOTS) {
        ring->count++;
    }
}

const struct wire_step *record_ring_find(const struct record_ring *ring, uint32_t index) {
    /* Unsigned distance: an index not applied yet wraps far beyond `count`. */
    uint32_t age = ring->next - 1u - index;
    return age < ring->count ? &ring->records[index % RECORD_RING_SLOTS] : 0;
}

uint32_t record_ring_oldest(const struct record_ring *ring) {
    return ring->next - ring->count;
}
