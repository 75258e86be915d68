#include "sample_queue.h"

#include <assert.h>
#include <string.h>

static uint32_t minimum(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint32_t slot_behind(const struct sample_queue *queue, uint32_t distance) {
    return (queue->oldest + distance) % SAMPLE_QUEUE_SLOTS;
}

void sample_queue_init(struct sample_queue *queue, int8_t *slots, uint32_t input_bytes) {
    queue->slots = slots;
    queue->input_bytes = input_bytes;
    sample_queue_clear(queue);
}

void sample_queue_clear(struct sample_queue *queue) {
    queue->oldest = 0;
    queue->ready = 0;
    queue->filled = 0;
}

/* Copies what of `bytes` lies in the input's part of the message and inside of the slot. */
static void store_input(struct sample_queue *queue, int8_t *slot, const uint8_t *bytes,
                        uint32_t byte_count) {
    uint32_t offset = queue->filled - WIRE_SAMPLE_HEAD_BYTES;
    if (offset < queue->input_bytes) {
        memcpy(slot + offset, bytes, minimum(byte_count, queue->input_bytes - offset));
    }
}

static void finish(struct sample_queue *queue, struct queued_sample *sample, const int8_t *slot) {
    uint32_t head_bytes = minimum(queue->filled, WIRE_SAMPLE_HEAD_BYTES);
    sample->input = slot;
    sample->input_bytes = queue->filled - head_bytes;
    sample->readable = wire_sample_decode_head(&sample->head, queue->head, head_bytes) &&
                       sample->head.input.count == sample->input_bytes;
    queue->ready++;
    queue->filled = 0;
}

bool sample_queue_append(struct sample_queue *queue, const uint8_t *bytes, uint32_t byte_count,
                         bool is_first, bool is_last) {
    if (queue->ready == SAMPLE_QUEUE_SLOTS) {
        return false;
    }
    if (is_first) {
        queue->filled = 0;
    }
    uint32_t index = slot_behind(queue, queue->ready);
    int8_t *slot = queue->slots + index * queue->input_bytes;
    if (queue->filled < WIRE_SAMPLE_HEAD_BYTES) {
        uint32_t part = minimum(byte_count, WIRE_SAMPLE_HEAD_BYTES - queue->filled);
        memcpy(queue->head + queue->filled, bytes, part);
        queue->filled += part;
        bytes += part;
        byte_count -= part;
    }
    if (byte_count > 0) {
        store_input(queue, slot, bytes, byte_count);
        queue->filled += byte_count;
    }
    if (is_last) {
        finish(queue, &queue->samples[index], slot);
    }
    return true;
}

const struct queued_sample *sample_queue_front(const struct sample_queue *queue) {
    return queue->ready > 0 ? &queue->samples[queue->oldest] : 0;
}

void sample_queue_pop(struct sample_queue *queue) {
    assert(queue->ready > 0);
    queue->oldest = slot_behind(queue, 1);
    queue->ready--;
}

uint32_t sample_queue_free_bytes(const struct sample_queue *queue) {
    uint32_t message_bytes = WIRE_SAMPLE_HEAD_BYTES + queue->input_bytes;
    uint32_t free_bytes = (SAMPLE_QUEUE_SLOTS - queue->ready) * message_bytes;
    return free_bytes - minimum(free_bytes, minimum(queue->filled, message_bytes));
}

uint32_t sample_queue_capacity_bytes(const struct sample_queue *queue) {
    return SAMPLE_QUEUE_SLOTS * (WIRE_SAMPLE_HEAD_BYTES + queue->input_bytes);
}
