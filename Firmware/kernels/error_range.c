#include "error_range.h"

static void set_threshold(struct error_writer *writer) {
    int32_t threshold = writer->observed < writer->limit ? writer->observed : writer->limit;
    writer->threshold = (uint32_t)threshold;
    writer->span = writer->down > 0 ? 2 * (uint32_t)threshold + 1 : 0;
}

struct error_writer error_writer(int32_t multiplier, int32_t shift, int32_t limit,
                                 const struct error_range *range) {
    struct error_writer writer = {
        .multiplier = multiplier, .shift = shift, .limit = limit, .observed = range->observed};
    if (shift >= 33 && shift <= 62) {
        writer.down = shift - 32;
        writer.half = 1 << (shift - 33);
    }
    set_threshold(&writer);
    return writer;
}

int16_t error_write_scaled_slowly(struct error_writer *writer, int32_t value) {
    int32_t magnitude = value < 0 ? (value == INT32_MIN ? INT32_MAX : -value) : value;
    if (magnitude > writer->observed) {
        writer->observed = magnitude;
        set_threshold(writer);
    }
    return (int16_t)clamp_s32(value, -writer->limit, writer->limit);
}

int16_t error_write_slowly(struct error_writer *writer, int32_t accumulator) {
    return error_write_scaled_slowly(writer, scale(accumulator, writer->multiplier, writer->shift));
}

/* Keeps the held peak within (2^(bits-2), 2^(bits-1)]: half of the mantissa is head-room. Where every
 * value has rounded to zero so far, the next step looks at the window of `bits` below. */
static void range_update(struct error_range *range, int32_t bits) {
    int32_t low = 1 << (bits - 2);
    int32_t high = 1 << (bits - 1);
    /* Peak-hold, decay 1 - 1/128 rounded up, so that it reaches zero. */
    int32_t decay = (int32_t)(((int64_t)range->held + 127) >> 7);
    int32_t held = range->held - decay;
    if (range->observed > held) {
        held = range->observed;
    }
    range->observed = 0;
    if (held > 0) {
        while (held > high) {
            held = (int32_t)(((int64_t)held + 1) >> 1);
            range->exponent += 1;
        }
        while (held <= low && range->exponent > -100) {
            held <<= 1;
            range->exponent -= 1;
        }
    } else if (range->exponent >= bits - 100) {
        range->exponent -= bits;
    }
    range->held = held;
}

void error_ranges_update(struct error_range *ranges, const uint8_t *bits, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        if (bits[i] != 0) {
            range_update(&ranges[i], bits[i]);
        }
    }
}
