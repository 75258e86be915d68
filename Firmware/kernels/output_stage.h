/* From accumulators to output codes. Arrays have one entry for each output channel. */
#ifndef FIELDTUNE_OUTPUT_STAGE_H
#define FIELDTUNE_OUTPUT_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "simd.h"

struct output_stage {
    const int32_t
        *multiplier; /* input scale * weight scale / output scale; not read for accumulators */
    const int8_t *left_shift;
    int32_t input_zero_point;
    int32_t output_zero_point;
    int32_t minimum; /* fused activation, as output codes */
    int32_t maximum;
    int32_t bias_fraction_bits; /* extra low bits of a trained bias */
};

/* Start of an accumulator: round(bias / 2^fraction_bits), half up, which is the floor and the bit
 * below it. */
static inline int32_t bias_start(int32_t bias, int32_t fraction_bits) {
    if (fraction_bits == 0) {
        return bias;
    }
    return (bias >> fraction_bits) + ((bias >> (fraction_bits - 1)) & 1);
}

/* Requantization of a channel whose factor lies in [2^-21, 1/2), in six instructions an output, with
 * the range of a whole byte as its clamp:
 *
 *   requantize(a) = (h + (h < 0 ? -1 : 0) + 2^n) >> (n + 1), h = round(2 * a * m / 2^32), n = -1 - left_shift
 *
 * because half away from zero is half up, less one in the last place of a negative number. Where h = 0
 * and a < 0 the one less changes nothing, so the sign may be that of a. The zero point, times 2^(n + 1),
 * joins the half; everything stays under 2^30 + 2^28. 2 * a saturates from |a| = 2^30 on: with m >= 2^30
 * the code is then more than 2^8 beyond its range, and stays there. m = 0 is a dead channel. */
struct quick_channel {
    int32_t multiplier, half, shift;
};

/* False where the channel's factor is out of range. */
static inline bool quick_channel_of(const struct output_stage *stage, int32_t o,
                                    struct quick_channel *channel) {
    int32_t shift = ~stage->left_shift[o];
    if ((uint32_t)shift >= 20) {
        return false;
    }
    uint32_t half = (uint32_t)(2 * stage->output_zero_point + 1) << shift;
    *channel = (struct quick_channel){stage->multiplier[o], (int32_t)half, shift};
    return true;
}

static inline int8_t quick_code(const struct quick_channel *channel, int32_t sum) {
    int32_t half = channel->half + (sum >> 31);
    int32_t high = smmlar(qadd(sum, sum), channel->multiplier, half);
    return (int8_t)ssat8_half(high >> channel->shift);
}

#endif
