/* Messages as tables: one interpreter reads and writes them all, in a quarter of the flash that code for each would take.
 *
 * A table is bytes: the message's identifier; of each field its kind, its offset in the struct and what `enum
 * wire_field` says; WIRE_END. protocol.gen.c holds one for each message.
 *
 * Invariants
 *   - Numbers are little-endian on the wire and, on every core there is a board for, in memory: they are copied.
 *   - A reader or writer that has failed stays failed; it then reads zeros and writes nothing.
 *   - No byte outside of [bytes, bytes + count) is touched, whatever the message says. */
#ifndef FIELDTUNE_WIRE_CODEC_H
#define FIELDTUNE_WIRE_CODEC_H

#include <stdbool.h>
#include <stdint.h>

struct wire_bytes {
    const uint8_t *data;
    uint16_t count;
};

/* UTF-8, not terminated. */
struct wire_text {
    const char *data;
    uint8_t count;
};

/* Of a terminated string of at most 255 bytes. The C library's strlen is fast, in 220 B of flash. */
struct wire_text wire_text_of(const char *string);

/* Kinds of fields; a number's kind is its size. What follows the offset stands behind them. */
enum wire_field {
    WIRE_END = 0,
    WIRE_U8 = 1,
    WIRE_U16 = 2,
    WIRE_U32 = 4,
    WIRE_U64 = 8,
    WIRE_U8_OF,      /* count, values: the decoder takes no others */
    WIRE_FIXED,      /* count of bytes; encoded only */
    WIRE_TEXT,       /* maximum: struct wire_text; encoded only */
    WIRE_BYTES,      /* maximum, low byte first: struct wire_bytes */
    WIRE_BYTES_HEAD, /* the same, but the bytes do not follow: `data` becomes null; decoded only */
    WIRE_ARRAY,      /* offset of the count, maximum, size of an item, bytes of its fields, those fields: a
                      * pointer to items, which hold no arrays; encoded only */
};

/* Copies numbers and points into `bytes` for the rest. False for a message that ends early, that is another,
 * or that holds what its table does not allow. Bytes behind the last field are ignored. */
bool wire_decode(const uint8_t *fields, void *message, const uint8_t *bytes, uint32_t count);

/* Bytes written; 0 when `capacity` does not hold them or a count is above its maximum. A field's bytes that
 * were made in their place already stay there. */
uint32_t wire_encode(const uint8_t *fields, const void *message, uint8_t *bytes, uint32_t capacity);

#endif
