#include "wire_codec.h"

struct wire_reader wire_reader_make(const uint8_t *bytes, uint32_t count) {
    return (struct wire_reader){.bytes = bytes, .left = count, .ok = true};
}

/* The next `count` bytes, or null. */
static const uint8_t *take(struct wire_reader *reader, uint32_t count) {
    if (!reader->ok || reader->left < count) {
        reader->ok = false;
        return 0;
    }
    const uint8_t *bytes = reader->bytes;
    reader->bytes += count;
    reader->left -= count;
    return bytes;
}

static uint64_t get(struct wire_reader *reader, uint32_t count) {
    const uint8_t *bytes = take(reader, count);
    uint64_t value = 0;
    for (uint32_t i = 0; bytes && i < count; i++) {
        value |= (uint64_t)bytes[i] << (8 * i);
    }
    return value;
}

uint8_t wire_get_u8(struct wire_reader *reader) {
    return (uint8_t)get(reader, 1);
}
uint16_t wire_get_u16(struct wire_reader *reader) {
    return (uint16_t)get(reader, 2);
}
uint32_t wire_get_u32(struct wire_reader *reader) {
    return (uint32_t)get(reader, 4);
}
uint64_t wire_get_u64(struct wire_reader *reader) {
    return get(reader, 8);
}

struct wire_bytes wire_get_bytes(struct wire_reader *reader, uint16_t maximum) {
    struct wire_bytes bytes = {.data = 0, .count = wire_get_u16(reader)};
    if (bytes.count > maximum) {
        reader->ok = false;
    }
    bytes.data = take(reader, bytes.count);
    return bytes;
}

struct wire_writer wire_writer_make(uint8_t *bytes, uint32_t capacity) {
    return (struct wire_writer){.bytes = bytes, .capacity = capacity, .count = 0, .ok = true};
}

void wire_put_fixed(struct wire_writer *writer, const uint8_t *data, uint32_t count) {
    if (!writer->ok || writer->capacity - writer->count < count) {
        writer->ok = false;
        return;
    }
    if (count > 0) {
        memcpy(writer->bytes + writer->count, data, count);
        writer->count += count;
    }
}

static void put(struct wire_writer *writer, uint64_t value, uint32_t count) {
    uint8_t bytes[8];
    for (uint32_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    wire_put_fixed(writer, bytes, count);
}

void wire_put_u8(struct wire_writer *writer, uint8_t value) {
    put(writer, value, 1);
}
void wire_put_u16(struct wire_writer *writer, uint16_t value) {
    put(writer, value, 2);
}
void wire_put_u32(struct wire_writer *writer, uint32_t value) {
    put(writer, value, 4);
}
void wire_put_i32(struct wire_writer *writer, int32_t value) {
    put(writer, (uint32_t)value, 4);
}
void wire_put_u64(struct wire_writer *writer, uint64_t value) {
    put(writer, value, 8);
}

void wire_put_bytes(struct wire_writer *writer, struct wire_bytes bytes, uint16_t maximum) {
    if (bytes.count > maximum) {
        writer->ok = false;
    }
    wire_put_u16(writer, bytes.count);
    if (writer->ok && bytes.data == writer->bytes + writer->count &&
        bytes.count <= writer->capacity - writer->count) {
        writer->count += bytes.count;
        return;
    }
    wire_put_fixed(writer, bytes.data, bytes.count);
}

void wire_put_text(struct wire_writer *writer, struct wire_text text, uint8_t maximum) {
    wire_put_count(writer, text.count, maximum);
    wire_put_fixed(writer, (const uint8_t *)text.data, text.count);
}

void wire_put_count(struct wire_writer *writer, uint8_t count, uint8_t maximum) {
    if (count > maximum) {
        writer->ok = false;
    }
    wire_put_u8(writer, count);
}

uint32_t wire_writer_finish(const struct wire_writer *writer) {
    return writer->ok ? writer->count : 0;
}
