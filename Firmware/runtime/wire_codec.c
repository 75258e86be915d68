#include "wire_codec.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are copied");

struct wire_text wire_text_of(const char *string) {
    struct wire_text text = {.data = string, .count = 0};
    while (string[text.count] != 0) {
        text.count++;
    }
    return text;
}

struct reader {
    const uint8_t *bytes;
    uint32_t left;
    bool ok;
};

struct writer {
    uint8_t *bytes;
    uint32_t left;
    bool ok;
};

static uint32_t maximum(const uint8_t *field) {
    return field[2] | (uint32_t)field[3] << 8;
}

/* The next `count` bytes, or null. */
static const uint8_t *take(struct reader *reader, uint32_t count) {
    if (!reader->ok || reader->left < count) {
        reader->ok = false;
        return 0;
    }
    const uint8_t *bytes = reader->bytes;
    reader->bytes += count;
    reader->left -= count;
    return bytes;
}

static void get(struct reader *reader, void *value, uint32_t count) {
    const uint8_t *bytes = take(reader, count);
    if (bytes != 0) {
        memcpy(value, bytes, count);
    } else {
        memset(value, 0, count);
    }
}

static bool is_among(uint8_t value, const uint8_t *values, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (values[i] == value) {
            return true;
        }
    }
    return false;
}

/* Reads one field; returns the next one's kind. */
static const uint8_t *get_field(struct reader *reader, const uint8_t *field, uint8_t *message) {
    uint8_t *value = message + field[1];
    switch (field[0]) {
    case WIRE_U8_OF:
        get(reader, value, 1);
        reader->ok = reader->ok && is_among(*value, field + 3, field[2]);
        return field + 3 + field[2];
    case WIRE_BYTES:
    case WIRE_BYTES_HEAD: {
        struct wire_bytes *bytes = (void *)value;
        get(reader, &bytes->count, sizeof bytes->count);
        reader->ok = reader->ok && bytes->count <= maximum(field);
        bytes->data = field[0] == WIRE_BYTES ? take(reader, bytes->count) : 0;
        return field + 4;
    }
    default:
        get(reader, value, field[0]);
        return field + 2;
    }
}

bool wire_decode(const uint8_t *fields, void *message, const uint8_t *bytes, uint32_t count) {
    struct reader reader = {.bytes = bytes, .left = count, .ok = true};
    uint8_t identifier;
    get(&reader, &identifier, 1);
    reader.ok = reader.ok && identifier == fields[0];
    const uint8_t *field = fields + 1;
    while (*field != WIRE_END) {
        field = get_field(&reader, field, message);
    }
    return reader.ok;
}

static void put(struct writer *writer, const void *data, uint32_t count) {
    if (!writer->ok || writer->left < count) {
        writer->ok = false;
        return;
    }
    if (count > 0 && data != writer->bytes) {
        memcpy(writer->bytes, data, count);
    }
    writer->bytes += count;
    writer->left -= count;
}

/* Writes one field, no array; returns the next one's kind. */
static const uint8_t *put_field(struct writer *writer, const uint8_t *field, const uint8_t *record) {
    const uint8_t *value = record + field[1];
    switch (field[0]) {
    case WIRE_FIXED:
        put(writer, value, field[2]);
        return field + 3;
    case WIRE_TEXT: {
        const struct wire_text *text = (const void *)value;
        writer->ok = writer->ok && text->count <= field[2];
        put(writer, &text->count, sizeof text->count);
        put(writer, text->data, text->count);
        return field + 3;
    }
    case WIRE_BYTES: {
        const struct wire_bytes *bytes = (const void *)value;
        writer->ok = writer->ok && bytes->count <= maximum(field);
        put(writer, &bytes->count, sizeof bytes->count);
        put(writer, bytes->data, bytes->count);
        return field + 4;
    }
    default:
        put(writer, value, field[0]);
        return field + 2;
    }
}

static const uint8_t *put_array(struct writer *writer, const uint8_t *field, const uint8_t *message) {
    const uint8_t *item;
    memcpy(&item, message + field[1], sizeof item);
    const uint8_t *count = message + field[2];
    const uint8_t *item_fields = field + 6;
    const uint8_t *end = item_fields + field[5];
    writer->ok = writer->ok && *count <= field[3];
    put(writer, count, 1);
    for (uint32_t i = 0; writer->ok && i < *count; i++) {
        for (const uint8_t *next = item_fields; next < end;) {
            next = put_field(writer, next, item);
        }
        item += field[4];
    }
    return end;
}

uint32_t wire_encode(const uint8_t *fields, const void *message, uint8_t *bytes, uint32_t capacity) {
    struct writer writer = {.bytes = bytes, .left = capacity, .ok = true};
    put(&writer, fields, 1);
    const uint8_t *field = fields + 1;
    while (*field != WIRE_END) {
        field = *field == WIRE_ARRAY ? put_array(&writer, field, message) : put_field(&writer, field, message);
    }
    return writer.ok ? (uint32_t)(writer.bytes - bytes) : 0;
}
