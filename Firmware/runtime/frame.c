#include "frame.h"

#include "crc32c.h"

/* Header bytes (Protocol/SPEC.md, "Frame"). */
enum { KIND_MASK = 7, SENDER_SHIFT = 4, RESERVED_MASK = 0xE0, FIRST_BIT = 0x40, LAST_BIT = 0x80 };

static void put_u16(uint8_t *bytes, uint16_t value) {
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

static uint16_t get_u16(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static void put_header(const struct frame_header *header, uint8_t bytes[WIRE_HEADER_BYTES]) {
    bytes[0] = (uint8_t)(header->kind | header->channel << 3 | (header->is_first ? FIRST_BIT : 0) |
                         (header->is_last ? LAST_BIT : 0));
    bytes[1] = (uint8_t)(header->epoch | header->sender << SENDER_SHIFT);
    put_u16(bytes + 2, header->credit);
    put_u16(bytes + 4, header->sequence);
    put_u16(bytes + 6, header->acknowledged);
}

/* False when the header names something this version does not know. */
static bool get_header(const uint8_t bytes[WIRE_HEADER_BYTES], struct frame_header *header) {
    header->kind = bytes[0] & KIND_MASK;
    header->channel = (uint8_t)(bytes[0] >> 3 & 7u);
    header->is_first = (bytes[0] & FIRST_BIT) != 0;
    header->is_last = (bytes[0] & LAST_BIT) != 0;
    header->epoch = bytes[1] & 15u;
    header->sender = (uint8_t)(bytes[1] >> SENDER_SHIFT & 1u);
    header->credit = get_u16(bytes + 2);
    header->sequence = get_u16(bytes + 4);
    header->acknowledged = get_u16(bytes + 6);
    return header->kind <= WIRE_FRAME_KIND_PING && header->channel <= WIRE_CHANNEL_TIME &&
           (bytes[1] & RESERVED_MASK) == 0;
}

uint32_t frame_encode(const struct frame_header *header, const uint8_t *body, uint32_t body_count,
                      uint32_t key, const struct cobs_space *space) {
    uint8_t head[WIRE_HEADER_BYTES];
    put_header(header, head);
    uint32_t running = crc32c_update(CRC32C_START, head, sizeof head);
    uint32_t checksum = ~crc32c_update(running, body, body_count);
    checksum ^= header->kind == WIRE_FRAME_KIND_HELLO ? 0 : key;
    uint8_t tail[WIRE_CHECKSUM_BYTES];
    put_u16(tail, (uint16_t)checksum);
    put_u16(tail + 2, (uint16_t)(checksum >> 16));

    struct cobs_encoder encoder;
    cobs_encoder_start(&encoder, space);
    cobs_encoder_add(&encoder, head, sizeof head);
    cobs_encoder_add(&encoder, body, body_count);
    cobs_encoder_add(&encoder, tail, sizeof tail);
    return cobs_encoder_finish(&encoder);
}

static void forget(struct frame_decoder *decoder) {
    cobs_decoder_start(&decoder->cobs);
    decoder->count = 0;
    decoder->is_open = false;
}

void frame_decoder_start(struct frame_decoder *decoder) {
    decoder->body = decoder->content;
    decoder->body_count = 0;
    decoder->has_key = false;
    decoder->stranger = 0;
    forget(decoder);
}

/* Two frames in a row that are wrong by the same number are whole, and of one other connection. */
static enum frame_event judge_checksum(struct frame_decoder *decoder, uint32_t difference) {
    bool is_hello = (decoder->content[0] & KIND_MASK) == WIRE_FRAME_KIND_HELLO;
    if (is_hello ? difference == 0 : decoder->has_key && difference == decoder->key) {
        return FRAME_GOOD;
    }
    bool is_foreign = difference == decoder->stranger;
    decoder->stranger = difference;
    return is_foreign ? FRAME_FOREIGN : FRAME_CORRUPT;
}

/* Judges what has come since the last zero. */
static enum frame_event judge(struct frame_decoder *decoder) {
    if (!decoder->is_open) {
        return FRAME_NONE;
    }
    if (decoder->count > FRAME_CONTENT_BYTES) {
        return FRAME_TOO_LONG;
    }
    if (!cobs_decoder_is_whole(&decoder->cobs)) {
        return FRAME_CUT;
    }
    if (decoder->count < FRAME_OVERHEAD_BYTES) {
        return FRAME_TOO_SHORT;
    }
    uint32_t covered = decoder->count - WIRE_CHECKSUM_BYTES;
    const uint8_t *tail = decoder->content + covered;
    uint32_t found = get_u16(tail) | (uint32_t)get_u16(tail + 2) << 16;
    enum frame_event event = judge_checksum(decoder, crc32c(decoder->content, covered) ^ found);
    if (event != FRAME_GOOD) {
        return event;
    }
    decoder->body = decoder->content + WIRE_HEADER_BYTES;
    decoder->body_count = (uint16_t)(covered - WIRE_HEADER_BYTES);
    return get_header(decoder->content, &decoder->header) ? FRAME_GOOD : FRAME_RESERVED;
}

/* Takes bytes before the next zero; its state is in registers meanwhile. */
static const uint8_t *fill(struct frame_decoder *decoder, const uint8_t *bytes, const uint8_t *end) {
    struct cobs_decoder cobs = decoder->cobs;
    uint32_t count = decoder->count;
    while (bytes < end && *bytes != 0) {
        if (cobs.left > 0 && count < FRAME_CONTENT_BYTES) { /* a run: as fast as can be */
            uint32_t run = cobs.left < end - bytes ? cobs.left : (uint32_t)(end - bytes);
            run = run < FRAME_CONTENT_BYTES - count ? run : FRAME_CONTENT_BYTES - count;
            const uint8_t *start = bytes;
            uint8_t *content = decoder->content + count;
            for (const uint8_t *stop = bytes + run; bytes < stop && *bytes != 0;)
                *content++ = *bytes++;
            count += (uint32_t)(bytes - start);
            cobs.left = (uint8_t)(cobs.left - (bytes - start));
            continue;
        }
        uint8_t output;
        if (!cobs_decoder_take(&cobs, *bytes++, &output)) {
            continue;
        }
        if (count < FRAME_CONTENT_BYTES) {
            decoder->content[count] = output;
        }
        count += count <= FRAME_CONTENT_BYTES;
    }
    decoder->cobs = cobs;
    decoder->count = (uint16_t)count;
    return bytes;
}

enum frame_event frame_decoder_take(struct frame_decoder *decoder, const uint8_t **bytes, const uint8_t *end) {
    enum frame_event event = FRAME_NONE;
    while (event == FRAME_NONE && *bytes < end) {
        const uint8_t *zero = fill(decoder, *bytes, end);
        decoder->is_open = decoder->is_open || zero > *bytes;
        *bytes = zero;
        if (zero < end) {
            event = judge(decoder);
            forget(decoder);
            (*bytes)++;
        }
    }
    return event;
}
