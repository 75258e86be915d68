/* Samples on their way to the training step: fragments go straight from the link into a slot.
 *
 * Invariants
 *   - Slots are used in turn: [oldest, oldest + ready) hold whole samples, the one behind them is
 *     being filled, the rest are free.
 *   - A slot holds `input_bytes` bytes. A longer input is counted, not stored.
 *   - The step reads the oldest slot, so the next sample arrives while it runs. */
#ifndef FIELDTUNE_SAMPLE_QUEUE_H
#define FIELDTUNE_SAMPLE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol.gen.h"

enum { SAMPLE_QUEUE_SLOTS = 2 };

/* One whole SAMPLE message. */
struct queued_sample {
    struct wire_sample head; /* `input.data` is null: the codes are in `input` */
    const int8_t *input;
    uint32_t input_bytes; /* received, perhaps not what the model expects */
    bool readable;        /* false when the head cannot be decoded */
};

struct sample_queue {
    int8_t *slots; /* SAMPLE_QUEUE_SLOTS times `input_bytes` */
    uint32_t input_bytes;
    struct queued_sample samples[SAMPLE_QUEUE_SLOTS];
    uint32_t oldest;
    uint32_t ready;
    uint8_t head[WIRE_SAMPLE_HEAD_BYTES];
    uint32_t filled; /* bytes of the message that is arriving */
};

void sample_queue_init(struct sample_queue *queue, int8_t *slots, uint32_t input_bytes);

/* Drops every sample, the arriving one included. */
void sample_queue_clear(struct sample_queue *queue);

/* Takes the next fragment of a SAMPLE message. False, and nothing is taken, when no slot is free:
 * the sender left its credit behind. */
bool sample_queue_append(struct sample_queue *queue, const uint8_t *bytes, uint32_t byte_count,
                         bool is_first, bool is_last);

/* The oldest whole sample; null when there is none. */
const struct queued_sample *sample_queue_front(const struct sample_queue *queue);

/* Frees the slot of the oldest whole sample. */
void sample_queue_pop(struct sample_queue *queue);

/* Bytes of SAMPLE messages that still fit: the credit given to the host. */
uint32_t sample_queue_free_bytes(const struct sample_queue *queue);

/* The same of an empty queue. */
uint32_t sample_queue_capacity_bytes(const struct sample_queue *queue);

#endif
