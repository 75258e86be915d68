/* A ring of bytes between one producer and one consumer, of which one may be an interrupt.
 *
 * Invariants
 *   - `head` is written by the producer only, `tail` by the consumer only; both are below
 *     `capacity`.
 *   - Empty is head == tail; one byte stays free, so full is never taken for empty.
 *   - A byte is stored before the index that publishes it (release) and read after it (acquire).
 */
#ifndef FIELDTUNE_BYTE_RING_H
#define FIELDTUNE_BYTE_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct byte_ring {
    uint8_t *bytes;
    uint32_t capacity;
    _Atomic uint32_t head;
    _Atomic uint32_t tail;
};

/* Bytes that lie in one piece. */
struct byte_span {
    const uint8_t *bytes;
    uint32_t count;
};

static inline uint32_t byte_ring_used(struct byte_ring *ring) {
    uint32_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
    uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
    return head >= tail ? head - tail : head + ring->capacity - tail;
}

static inline uint32_t byte_ring_room(struct byte_ring *ring) {
    return ring->capacity - 1u - byte_ring_used(ring);
}

static inline uint32_t byte_ring_behind(const struct byte_ring *ring, uint32_t index) {
    return index + 1u == ring->capacity ? 0 : index + 1u;
}

static inline bool byte_ring_put(struct byte_ring *ring, uint8_t byte) {
    uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    uint32_t next = byte_ring_behind(ring, head);
    if (next == atomic_load_explicit(&ring->tail, memory_order_acquire))
        return false;
    ring->bytes[head] = byte;
    atomic_store_explicit(&ring->head, next, memory_order_release);
    return true;
}

/* Publishes `count` bytes that the producer has written behind `head`. */
static inline void byte_ring_publish(struct byte_ring *ring, uint32_t count) {
    uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed) + count;
    head -= head >= ring->capacity ? ring->capacity : 0;
    atomic_store_explicit(&ring->head, head, memory_order_release);
}

/* The oldest bytes, as far as they lie in one piece. */
static inline struct byte_span byte_ring_oldest(struct byte_ring *ring) {
    uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    uint32_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
    uint32_t end = head >= tail ? head : ring->capacity;
    return (struct byte_span){.bytes = ring->bytes + tail, .count = end - tail};
}

/* Frees the `count` oldest bytes, which the consumer has read. */
static inline void byte_ring_free_oldest(struct byte_ring *ring, uint32_t count) {
    uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed) + count;
    tail -= tail >= ring->capacity ? ring->capacity : 0;
    atomic_store_explicit(&ring->tail, tail, memory_order_release);
}

#endif
