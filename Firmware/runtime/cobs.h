/* Consistent overhead byte stuffing (Cheshire and Baker, 1999): rewrites bytes without zeros, so
 * that a zero can end a frame. */
#ifndef FIELDTUNE_COBS_H
#define FIELDTUNE_COBS_H

#include <stdbool.h>
#include <stdint.h>

/* Most bytes that `count` bytes can take when stuffed, the closing zero aside. */
#define COBS_STUFFED_BYTES(count) ((count) + ((count) + 253u) / 254u)

/* Where stuffed bytes go: byte i to bytes[(start + i) % size], so that a ring can be written in place. */
struct cobs_space {
    uint8_t *bytes;
    uint32_t size;
    uint32_t start; /* below `size` */
    uint32_t room;  /* bytes that may be written, `size` at most */
};

static inline struct cobs_space cobs_space_make(uint8_t *bytes, uint32_t size) {
    return (struct cobs_space){.bytes = bytes, .size = size, .room = size};
}

/* Stuffs bytes that arrive in pieces.
 * Invariant: `code_position` is where the count of the open block will be written. */
struct cobs_encoder {
    const struct cobs_space *space;
    uint32_t count;
    uint32_t position; /* of the next byte */
    uint32_t code_position;
    uint8_t code;
    bool owes_block; /* the last block was full, and no byte has come since */
};

/* `space` must outlive the encoder; the caller has seen to it that there is room for all that will be added. */
void cobs_encoder_start(struct cobs_encoder *encoder, const struct cobs_space *space);
void cobs_encoder_add(struct cobs_encoder *encoder, const uint8_t *bytes, uint32_t count);
/* Ends the stuffing and adds the closing zero; returns the bytes written. */
uint32_t cobs_encoder_finish(struct cobs_encoder *encoder);

/* Unstuffs one byte at a time, none of them zero. */
struct cobs_decoder {
    uint8_t code; /* count of the open block; 0 before the first */
    uint8_t left; /* bytes of it still to come */
};

void cobs_decoder_start(struct cobs_decoder *decoder);
/* Takes a byte of the wire; returns true when `*output` is a byte of the contents. Inline: once for each byte that comes. */
static inline bool cobs_decoder_take(struct cobs_decoder *decoder, uint8_t byte, uint8_t *output) {
    if (decoder->left > 0) {
        decoder->left--;
        *output = byte;
        return true;
    }
    bool ends_in_zero = decoder->code != 0 && decoder->code != 0xFF;
    decoder->code = byte;
    decoder->left = (uint8_t)(byte - 1);
    *output = 0;
    return ends_in_zero;
}

/* True when the contents may end here: between two blocks. */
bool cobs_decoder_is_whole(const struct cobs_decoder *decoder);

#endif
