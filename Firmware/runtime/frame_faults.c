#include "frame_faults.h"

#include <string.h>

struct trial {
    struct frame_decoder decoder;
    struct frame_fault_counts counts;
    uint8_t sent[FRAME_CONTENT_BYTES]; /* what the frame holds, checksum included */
    uint32_t sent_count;
    uint32_t byte; /* first faulty one */
    uint8_t faulty[FRAME_WIRE_BYTES + 2];
};

static bool is_as_sent(const struct trial *trial) {
    uint32_t count = (uint32_t)trial->decoder.body_count + FRAME_OVERHEAD_BYTES;
    return count == trial->sent_count && memcmp(trial->decoder.content, trial->sent, count) == 0;
}

/* Where the decoder stands between two bytes of a frame; its content up to there is in its place. */
struct standing {
    struct cobs_decoder cobs;
    uint16_t count;
    bool is_open;
};

static struct standing standing(const struct trial *trial) {
    const struct frame_decoder *decoder = &trial->decoder;
    return (struct standing){decoder->cobs, decoder->count, decoder->is_open};
}

static void go_back(struct trial *trial, struct standing to) {
    trial->decoder.cobs = to.cobs;
    trial->decoder.count = to.count;
    trial->decoder.is_open = to.is_open;
}

static void take(struct trial *trial, const uint8_t *bytes, uint32_t count) {
    const uint8_t *end = bytes + count;
    while (bytes < end) {
        (void)frame_decoder_take(&trial->decoder, &bytes, end);
    }
}

/* The wire from byte `from` on, and a zero in case that its own was hit. */
static void try_rest(struct trial *trial, uint32_t from, uint32_t count) {
    bool is_unharmed = false;
    bool is_wrong = false;
    trial->faulty[count] = 0;
    const uint8_t *next = trial->faulty + from;
    const uint8_t *end = trial->faulty + count + 1;
    while (next < end) {
        if (frame_decoder_take(&trial->decoder, &next, end) == FRAME_GOOD) {
            is_unharmed = is_as_sent(trial);
            is_wrong = is_wrong || !is_unharmed;
        }
    }
    trial->counts.wires++;
    trial->counts.unharmed += is_unharmed;
    if (is_wrong) {
        trial->counts.wrong++;
        trial->counts.wrong_byte = trial->byte;
    }
}

static void try_wire(struct trial *trial, uint32_t count) {
    try_rest(trial, 0, count);
}

static void flip(struct trial *trial, uint32_t bit) {
    trial->faulty[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

/* A second flip behind the first one: what comes before it is decoded once. */
static void try_second_flips(struct trial *trial, uint32_t first, uint32_t count) {
    take(trial, trial->faulty, first / 8);
    struct standing before = standing(trial);
    uint32_t byte = first / 8;
    for (uint32_t second = first + 1; second < 8 * count; second++) {
        if (second / 8 != byte) {
            go_back(trial, before);
            take(trial, trial->faulty + byte++, 1);
            before = standing(trial);
        }
        go_back(trial, before);
        flip(trial, second);
        try_rest(trial, byte, count);
        flip(trial, second);
    }
    go_back(trial, (struct standing){.count = 0});
}

static void try_flips(struct trial *trial, uint32_t count) {
    for (uint32_t first = 8 * trial->byte; first < 8 * trial->byte + 8; first++) {
        flip(trial, first);
        try_wire(trial, count);
        try_second_flips(trial, first, count);
        flip(trial, first);
    }
}

static void try_values(struct trial *trial, const uint8_t *wire, uint32_t count) {
    uint32_t byte = trial->byte;
    for (uint32_t change = 1; change < 256; change++) {
        trial->faulty[byte] = (uint8_t)(wire[byte] ^ change);
        try_wire(trial, count);
    }
    memcpy(trial->faulty + byte + 1, wire + byte, count - byte);
    for (uint32_t value = 0; value < 256; value++) {
        trial->faulty[byte] = (uint8_t)value; /* inserted, or the byte doubled */
        try_wire(trial, count + 1);
    }
}

struct frame_fault_counts frame_faults_try(const uint8_t *wire, uint32_t count, uint32_t key,
                                           uint32_t from, uint32_t to) {
    struct trial trial;
    memset(&trial, 0, sizeof trial);
    frame_decoder_start(&trial.decoder);
    trial.decoder.key = key;
    trial.decoder.has_key = true;
    take(&trial, wire, count);
    trial.sent_count = (uint32_t)trial.decoder.body_count + FRAME_OVERHEAD_BYTES;
    memcpy(trial.sent, trial.decoder.content, trial.sent_count);
    for (trial.byte = from; trial.byte < to && trial.byte < count; trial.byte++) {
        memcpy(trial.faulty, wire, count);
        try_flips(&trial, count);
        try_values(&trial, wire, count);
        memcpy(trial.faulty + trial.byte, wire + trial.byte + 1, count - trial.byte - 1);
        try_wire(&trial, count - 1); /* lost */
        try_wire(&trial, trial.byte); /* cut: nothing behind it came */
    }
    return trial.counts;
}
