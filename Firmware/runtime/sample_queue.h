/* Samples on their way to the training step: fragments go straight from the link into a place.
 *
 * Invariants
 *   - Place 0 is the step's input in the arena, places 1 to `slot_count` are the slots outside of
 *     it. Places [0, ready) hold whole samples, oldest first, place `ready` is being filled, the
 *     rest are free.
 *   - A place holds `input_bytes` of codes, and outside of the arena `target_bytes` of target
 *     values, which follow the codes in the message. What is longer is counted, not stored.
 *   - A step uses place 0 until the sample is popped; then every sample moves one place ahead. With
 *     a slot the next sample arrives while a step runs; with none, only between steps. */
#ifndef FIELDTUNE_SAMPLE_QUEUE_H
#define FIELDTUNE_SAMPLE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol.gen.h"

enum { SAMPLE_QUEUE_SLOTS_MAX = 1 };

/* One whole SAMPLE message. */
struct queued_sample {
    struct wire_sample head; /* `input.data` is null: what it holds is in the sample's place */
    uint32_t byte_count; /* of codes and target as received, perhaps not what the model expects */
    bool readable;       /* false when the head cannot be decoded */
};

struct sample_queue {
    int8_t *input;    /* `input_bytes` */
    int8_t *slots;    /* `slot_count` times `input_bytes` */
    int16_t *targets; /* 1 + `slot_count` times `target_bytes` */
    uint32_t input_bytes;
    uint32_t target_bytes; /* even */
    uint32_t slot_count;
    struct queued_sample samples[1 + SAMPLE_QUEUE_SLOTS_MAX];
    uint32_t ready;
    uint8_t head[WIRE_SAMPLE_HEAD_BYTES];
    uint32_t filled; /* bytes of the message that is arriving */
};

/* `slots` holds `slot_count` times `input_bytes`, at most SAMPLE_QUEUE_SLOTS_MAX of them; `targets`
 * holds `target_bytes` for each of them and for the input. */
void sample_queue_init(struct sample_queue *queue, int8_t *input, uint32_t input_bytes,
                       int8_t *slots, uint32_t slot_count, int16_t *targets, uint32_t target_bytes);

/* Drops every sample, the arriving one included. */
void sample_queue_clear(struct sample_queue *queue);

/* The same but for the oldest whole sample, whose place a step is using. */
void sample_queue_clear_behind(struct sample_queue *queue);

/* Takes the next fragment of a SAMPLE message. False, and nothing is taken, when no place is free:
 * the sender left its credit behind. */
bool sample_queue_append(struct sample_queue *queue, const uint8_t *bytes, uint32_t byte_count,
                         bool is_first, bool is_last);

/* The oldest whole sample, whose codes are in the step's input; null when there is none. */
const struct queued_sample *sample_queue_front(const struct sample_queue *queue);

/* Its target's values; null where the loss takes none. */
const int16_t *sample_queue_target(const struct sample_queue *queue);

/* Forgets the oldest whole sample and moves the others one place ahead. */
void sample_queue_pop(struct sample_queue *queue);

/* How many samples fit. */
uint32_t sample_queue_places(const struct sample_queue *queue);

/* Bytes of SAMPLE messages that still fit. */
uint32_t sample_queue_free_bytes(const struct sample_queue *queue);

/* The same of an empty queue. */
uint32_t sample_queue_capacity_bytes(const struct sample_queue *queue);

#endif
