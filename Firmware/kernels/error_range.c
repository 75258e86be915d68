#include "error_range.h"

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
