#include "sample_queue.h"

#include <assert.h>
#include <string.h>

static uint32_t minimum(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static int8_t *place(const struct sample_queue *queue, uint32_t index) {
    return index == 0 ? queue->input : queue->slots + (index - 1) * queue->input_bytes;
}

static int16_t *target_at(const struct sample_queue *queue, uint32_t index) {
    return queue->targets + index * (queue->target_bytes / 2);
}

static uint32_t message_bytes(const struct sample_queue *queue) {
    return WIRE_SAMPLE_HEAD_BYTES + queue->input_bytes + queue->target_bytes;
}

uint32_t sample_queue_places(const struct sample_queue *queue) {
    return 1 + queue->slot_count;
}

void sample_queue_init(struct sample_queue *queue, int8_t *input, uint32_t input_bytes,
                       int8_t *slots, uint32_t slot_count, int16_t *targets,
                       uint32_t target_bytes) {
    assert(slot_count <= SAMPLE_QUEUE_SLOTS_MAX);
    queue->input = input;
    queue->slots = slots;
    queue->targets = targets;
    queue->input_bytes = input_bytes;
    queue->slot_count = slot_count;
    queue->target_bytes = target_bytes;
    sample_queue_clear(queue);
}

void sample_queue_clear(struct sample_queue *queue) {
    queue->ready = 0;
    queue->filled = 0;
}

void sample_queue_clear_behind(struct sample_queue *queue) {
    assert(queue->ready > 0);
    queue->ready = 1;
    queue->filled = 0;
}

/* Copies what of `bytes` lies behind the head of the message and inside of the place. A target's
 * values are little-endian on the wire, as here. */
static void store(struct sample_queue *queue, const uint8_t *bytes, uint32_t byte_count) {
    uint32_t offset = queue->filled - WIRE_SAMPLE_HEAD_BYTES;
    if (offset < queue->input_bytes) {
        uint32_t part = minimum(byte_count, queue->input_bytes - offset);
        memcpy(place(queue, queue->ready) + offset, bytes, part);
        offset += part;
        bytes += part;
        byte_count -= part;
    }
    if (byte_count > 0 && offset - queue->input_bytes < queue->target_bytes) {
        offset -= queue->input_bytes;
        memcpy((uint8_t *)target_at(queue, queue->ready) + offset, bytes,
               minimum(byte_count, queue->target_bytes - offset));
    }
}

static void finish(struct sample_queue *queue) {
    struct queued_sample *sample = &queue->samples[queue->ready];
    uint32_t head_bytes = minimum(queue->filled, WIRE_SAMPLE_HEAD_BYTES);
    sample->byte_count = queue->filled - head_bytes;
    sample->readable = wire_sample_decode_head(&sample->head, queue->head, head_bytes) &&
                       sample->head.input.count == sample->byte_count;
    queue->ready++;
    queue->filled = 0;
}

bool sample_queue_append(struct sample_queue *queue, const uint8_t *bytes, uint32_t byte_count,
                         bool is_first, bool is_last) {
    if (queue->ready == sample_queue_places(queue)) {
        return false;
    }
    if (is_first) {
        queue->filled = 0;
    }
    if (queue->filled < WIRE_SAMPLE_HEAD_BYTES) {
        uint32_t part = minimum(byte_count, WIRE_SAMPLE_HEAD_BYTES - queue->filled);
        memcpy(queue->head + queue->filled, bytes, part);
        queue->filled += part;
        bytes += part;
        byte_count -= part;
    }
    if (byte_count > 0) {
        store(queue, bytes, byte_count);
        queue->filled += byte_count;
    }
    if (is_last) {
        finish(queue);
    }
    return true;
}

const struct queued_sample *sample_queue_front(const struct sample_queue *queue) {
    return queue->ready > 0 ? &queue->samples[0] : 0;
}

const int16_t *sample_queue_target(const struct sample_queue *queue) {
    return queue->target_bytes > 0 ? target_at(queue, 0) : 0;
}

void sample_queue_pop(struct sample_queue *queue) {
    assert(queue->ready > 0);
    uint32_t used = queue->ready + (queue->filled > 0); /* the arriving sample moves as well */
    for (uint32_t i = 1; i < used; i++) {
        queue->samples[i - 1] = queue->samples[i];
        memcpy(place(queue, i - 1), place(queue, i), queue->input_bytes);
        memcpy(target_at(queue, i - 1), target_at(queue, i), queue->target_bytes);
    }
    queue->ready--;
}

uint32_t sample_queue_free_bytes(const struct sample_queue *queue) {
    uint32_t free_bytes = (sample_queue_places(queue) - queue->ready) * message_bytes(queue);
    return free_bytes - minimum(free_bytes, minimum(queue->filled, message_bytes(queue)));
}

uint32_t sample_queue_capacity_bytes(const struct sample_queue *queue) {
    return sample_queue_places(queue) * message_bytes(queue);
}
