/* One frame: COBS( header 8 B | body <= 640 B | CRC-32C LE ) 00. Protocol/SPEC.md fixes each bit.
 *
 * The checksum of a connection's frames is changed by its key, so that those of another one, however
 * late they come, do not fit.
 *
 * Invariants
 *   - A decoder holds at most one frame and forgets everything at a zero byte, so any garbage costs
 *     at most the frame it touches.
 *   - How the bytes are cut into calls changes nothing. */
#ifndef FIELDTUNE_FRAME_H
#define FIELDTUNE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "cobs.h"
#include "protocol.gen.h"

#define FRAME_OVERHEAD_BYTES (WIRE_HEADER_BYTES + WIRE_CHECKSUM_BYTES)
#define FRAME_CONTENT_BYTES (WIRE_MAXIMUM_BODY_BYTES + FRAME_OVERHEAD_BYTES)
/* Longest frame on the wire, the closing zero included. */
#define FRAME_WIRE_BYTES (COBS_STUFFED_BYTES(FRAME_CONTENT_BYTES) + 1u)

/* Bytes of a frame on the wire, at most. */
static inline uint32_t frame_wire_bytes(uint32_t body_count) {
    return COBS_STUFFED_BYTES(body_count + FRAME_OVERHEAD_BYTES) + 1u;
}

enum frame_sender { FRAME_FROM_HOST = 0, FRAME_FROM_DEVICE = 1 };

struct frame_header {
    uint8_t kind;    /* enum wire_frame_kind */
    uint8_t channel; /* enum wire_channel */
    bool is_first;   /* the body begins a message */
    bool is_last;    /* the body ends a message */
    uint8_t sender;  /* enum frame_sender */
    uint8_t epoch;   /* 0 to 15 */
    uint16_t credit; /* bytes of samples the sender of this frame takes beyond `acknowledged` */
    uint16_t sequence;
    uint16_t acknowledged; /* the sequence number expected next */
};

/* Writes header, body and checksum, changed by `key` where it is no hello, stuffed, and the closing
 * zero: frame_wire_bytes(body_count) at most, for which there is room. Returns the bytes written. */
uint32_t frame_encode(const struct frame_header *header, const uint8_t *body, uint32_t body_count,
                      uint32_t key, const struct cobs_space *space);

enum frame_event {
    FRAME_NONE = 0,  /* no frame ends in these bytes */
    FRAME_GOOD,      /* a frame: header and body are set */
    FRAME_TOO_SHORT, /* fewer bytes than header and checksum */
    FRAME_TOO_LONG,  /* more bytes than the largest frame */
    FRAME_CUT,       /* a COBS block was cut */
    FRAME_CORRUPT,   /* the checksum differs */
    FRAME_RESERVED,  /* a bit or a number that this version does not know */
    FRAME_FOREIGN,   /* a whole frame of another connection */
    FRAME_EVENT_COUNT,
};

struct frame_decoder {
    struct cobs_decoder cobs;
    uint16_t count; /* bytes of `content`; above its size when the frame is too long */
    bool is_open;   /* a byte has come since the last zero */
    bool has_key;   /* frames of the connection with `key` are taken, else only hellos */
    uint32_t key;
    uint32_t stranger; /* what the latest wrong checksum differed by from the plain one */
    struct frame_header header;
    const uint8_t *body;
    uint16_t body_count;
    uint8_t content[FRAME_CONTENT_BYTES];
};

void frame_decoder_start(struct frame_decoder *decoder);
/* Takes bytes of the wire, from `*bytes` to `end` or to the end of the first frame, and moves `*bytes` behind them. After
 * FRAME_GOOD, header and body hold until the next call. */
enum frame_event frame_decoder_take(struct frame_decoder *decoder, const uint8_t **bytes, const uint8_t *end);

#endif
