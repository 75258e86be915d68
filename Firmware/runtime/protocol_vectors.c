#include "protocol_vectors.h"

#include <string.h>

static bool headers_are_equal(const struct frame_header *left, const struct frame_header *right) {
    return left->kind == right->kind && left->channel == right->channel &&
           left->is_first == right->is_first && left->is_last == right->is_last &&
           left->sender == right->sender && left->epoch == right->epoch &&
           left->credit == right->credit && left->sequence == right->sequence &&
           left->acknowledged == right->acknowledged;
}

/* Decodes, compares, and encodes again. */
static bool frame_passes(const struct frame_vector *vector) {
    static struct frame_decoder decoder;
    static uint8_t wire[FRAME_WIRE_BYTES];
    enum frame_event event = FRAME_NONE;
    frame_decoder_start(&decoder);
    decoder.key = frame_vector_key;
    decoder.has_key = true;
    const uint8_t *next = vector->wire;
    const uint8_t *end = next + vector->wire_count;
    while (next < end) {
        event = frame_decoder_take(&decoder, &next, end);
    }
    if (event != vector->event || event != FRAME_GOOD) {
        return event == vector->event;
    }
    struct cobs_space space = cobs_space_make(wire, sizeof wire);
    uint32_t count = frame_encode(&vector->header, vector->body, vector->body_count, frame_vector_key,
                                  &space);
    return headers_are_equal(&decoder.header, &vector->header) &&
           decoder.body_count == vector->body_count &&
           memcmp(decoder.body, vector->body, vector->body_count) == 0 &&
           count == vector->wire_count && memcmp(wire, vector->wire, count) == 0;
}

static bool decodes(const uint8_t *bytes, uint32_t count) {
    union {
        struct wire_host_hello host_hello;
        struct wire_run_begin run_begin;
        struct wire_run_end run_end;
        struct wire_reset_state reset_state;
        struct wire_digest digest;
        struct wire_time time;
        struct wire_speed_propose speed_propose;
        struct wire_speed_commit speed_commit;
        struct wire_link_counters link_counters;
        struct wire_state_keep state_keep;
        struct wire_sample sample;
        struct wire_segment_read segment_read;
        struct wire_segment_write segment_write;
        struct wire_link_test link_test;
    } message;
    switch (count > 0 ? bytes[0] : 0) {
    case WIRE_MESSAGE_HOST_HELLO:
        return wire_host_hello_decode(&message.host_hello, bytes, count);
    case WIRE_MESSAGE_RUN_BEGIN:
        return wire_run_begin_decode(&message.run_begin, bytes, count);
    case WIRE_MESSAGE_RUN_END:
        return wire_run_end_decode(&message.run_end, bytes, count);
    case WIRE_MESSAGE_RESET_STATE:
        return wire_reset_state_decode(&message.reset_state, bytes, count);
    case WIRE_MESSAGE_DIGEST:
        return wire_digest_decode(&message.digest, bytes, count);
    case WIRE_MESSAGE_TIME:
        return wire_time_decode(&message.time, bytes, count);
    case WIRE_MESSAGE_SPEED_PROPOSE:
        return wire_speed_propose_decode(&message.speed_propose, bytes, count);
    case WIRE_MESSAGE_SPEED_COMMIT:
        return wire_speed_commit_decode(&message.speed_commit, bytes, count);
    case WIRE_MESSAGE_LINK_COUNTERS:
        return wire_link_counters_decode(&message.link_counters, bytes, count);
    case WIRE_MESSAGE_STATE_KEEP:
        return wire_state_keep_decode(&message.state_keep, bytes, count);
    case WIRE_MESSAGE_SAMPLE:
        return wire_sample_decode(&message.sample, bytes, count);
    case WIRE_MESSAGE_SEGMENT_READ:
        return wire_segment_read_decode(&message.segment_read, bytes, count);
    case WIRE_MESSAGE_SEGMENT_WRITE:
        return wire_segment_write_decode(&message.segment_write, bytes, count);
    case WIRE_MESSAGE_LINK_TEST:
        return wire_link_test_decode(&message.link_test, bytes, count);
    default:
        return false;
    }
}

int protocol_vectors_run(void) {
    for (uint32_t i = 0; i < frame_vector_count; i++) {
        if (!frame_passes(&frame_vectors[i])) {
            return (int)(i + 1);
        }
    }
    for (uint32_t i = 0; i < message_vector_count; i++) {
        const struct message_vector *vector = &message_vectors[i];
        if (decodes(vector->bytes, vector->count) != vector->is_good) {
            return (int)(frame_vector_count + i + 1);
        }
    }
    return 0;
}
