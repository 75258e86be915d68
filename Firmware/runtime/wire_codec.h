/* Bounds-checked access to a message's bytes, little-endian.
 *
 * Invariants
 *   - A reader or writer that has failed stays failed; it then reads zeros and writes nothing, so
 *     a codec calls once a field and asks at the end.
 *   - No byte outside of [bytes, bytes + count) is touched, whatever the message says. */
#ifndef FIELDTUNE_WIRE_CODEC_H
#define FIELDTUNE_WIRE_CODEC_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "protocol.gen.h"

struct wire_reader {
    const uint8_t *bytes;
    uint32_t left;
    bool ok;
};

struct wire_writer {
    uint8_t *bytes;
    uint32_t capacity;
    uint32_t count;
    bool ok;
};

struct wire_reader wire_reader_make(const uint8_t *bytes, uint32_t count);
uint8_t wire_get_u8(struct wire_reader *reader);
uint16_t wire_get_u16(struct wire_reader *reader);
uint32_t wire_get_u32(struct wire_reader *reader);
uint64_t wire_get_u64(struct wire_reader *reader);
struct wire_bytes wire_get_bytes(struct wire_reader *reader, uint16_t maximum);

struct wire_writer wire_writer_make(uint8_t *bytes, uint32_t capacity);
void wire_put_u8(struct wire_writer *writer, uint8_t value);
void wire_put_u16(struct wire_writer *writer, uint16_t value);
void wire_put_u32(struct wire_writer *writer, uint32_t value);
void wire_put_i32(struct wire_writer *writer, int32_t value);
void wire_put_u64(struct wire_writer *writer, uint64_t value);
void wire_put_fixed(struct wire_writer *writer, const uint8_t *data, uint32_t count);
/* A count above its maximum fails the writer. Bytes that were made in their place already stay. */
void wire_put_bytes(struct wire_writer *writer, struct wire_bytes bytes, uint16_t maximum);
void wire_put_text(struct wire_writer *writer, struct wire_text text, uint8_t maximum);
void wire_put_count(struct wire_writer *writer, uint8_t count, uint8_t maximum);
/* Bytes written; 0 when they did not fit. */
uint32_t wire_writer_finish(const struct wire_writer *writer);

#endif
