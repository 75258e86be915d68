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

/* Requantization of a channel whose factor lies in [2^-21, 1/2), in six instructions an output,
 * with the range of a whole byte as its clamp. With n = -1 - left_shift and h = round(2 * a * m /
 * 2^32)
 *
 *   requantize(a) = (h + (h < 0 ? -1 : 0) + 2^n) >> (n + 1)
 *
 * because half away from zero is half up, less one in the last place of a negative number. Where
 * h = 0 and a < 0 the one less changes nothing, so the sign may be that of a. The zero point, times
 * 2^(n + 1), joins the half; everything stays under 2^30 + 2^28. 2 * a saturates from |a| = 2^30
 * on: with m >= 2^30 the code is then more than 2^8 beyond its range, and stays there. m = 0 is a
 * dead channel. */
struct quick_channel {
    int32_t multiplier, half, shift;
};

/* False where the factor is out of range. */
static inline bool quick_factor(int32_t multiplier, int32_t left_shift, int32_t output_zero_point,
                                struct quick_channel *channel) {
    int32_t shift = ~left_shift;
    if ((uint32_t)shift >= 20) {
        return false;
    }
    uint32_t half = (uint32_t)(2 * output_zero_point + 1) << shift;
    *channel = (struct quick_channel){multiplier, (int32_t)half, shift};
    return true;
}

static inline bool quick_channel_of(const struct output_stage *stage, int32_t o,
                                    struct quick_channel *channel) {
    return quick_factor(stage->multiplier[o], stage->left_shift[o], stage->output_zero_point,
                        channel);
}

/* From twice the accumulator. */
static inline int8_t quick_code_of_doubled(const struct quick_channel *channel, int32_t doubled) {
    int32_t half = channel->half + (doubled >> 31);
    int32_t high = smmlar(doubled, channel->multiplier, half);
    return (int8_t)ssat8_half(high >> channel->shift);
}

static inline int8_t quick_code(const struct quick_channel *channel, int32_t sum) {
    return quick_code_of_doubled(channel, qadd(sum, sum));
}

/* The same with the one rounding of dense layers, half away from zero: half up, less one in the
 * last place of a negative product. */
static inline int8_t quick_code_once(const struct quick_channel *channel, int32_t sum) {
    int64_t product = (int64_t)sum * channel->multiplier + (sum >> 31);
    int32_t high = (int32_t)((product + (int64_t)channel->half * (INT64_C(1) << 31)) >> 32);
    return (int8_t)ssat8(high >> channel->shift);
}

/* Requantizes `count` > 0 channels from o on at four positions, `stride` codes apart: sums channel
 * after channel, codes y[position * stride + channel]. Stops at a channel whose factor is out of
 * range; returns how many it has done. */
#if SIMD_ASSEMBLY

#define QUICK_CODE(sum, y)                                                                         \
    "qadd   r8, " sum ", " sum "\n\t"                                                              \
    "add    " sum ", r3, " sum ", asr #31\n\t"                                                     \
    "smmlar " sum ", r8, r9, " sum "\n\t"                                                          \
    "asr    " sum ", " sum ", r2\n\t"                                                              \
    "ssat   " sum ", #8, " sum ", asr #1\n\t"                                                      \
    "strb   " sum ", " y "\n\t"

static inline int32_t quick_codes(const struct output_stage *stage, int32_t o, int32_t count,
                                  const int32_t *sums, int8_t *y, int32_t stride) {
    const int8_t *const end = y + count;
    const int32_t odd_zero_point = 2 * stage->output_zero_point + 1;
    IN_REGISTER(const int8_t *, left_shift, "r0") = stage->left_shift + o;
    IN_REGISTER(const int32_t *, multiplier, "r1") = stage->multiplier + o;
    IN_REGISTER(const int32_t *, from, "r10") = sums;
    IN_REGISTER(int8_t *, to, "r11") = y;
    IN_REGISTER(int32_t, once, "r12") = stride;
    IN_REGISTER(int32_t, thrice, "lr") = 3 * stride;
    __asm__ volatile("1:\n\t"
                     "ldrsb  r2, [%[left_shift]], #1\n\t"
                     "mvn    r2, r2\n\t" /* shift */
                     "cmp    r2, #19\n\t"
                     "bhi    2f\n\t"
                     "ldr    r9, [%[multiplier]], #4\n\t"
                     "ldr    r3, %[odd_zero_point]\n\t"
                     "ldm    %[from]!, {r4, r5, r6, r7}\n\t"
                     "lsl    r3, r3, r2\n\t" /* half */
                     QUICK_CODE("r5", "[%[to], %[once]]")
                         QUICK_CODE("r6", "[%[to], %[once], lsl #1]")
                             QUICK_CODE("r7", "[%[to], %[thrice]]")
                                 QUICK_CODE("r4", "[%[to]], #1") "ldr    r8, %[end]\n\t"
                                                                 "cmp    %[to], r8\n\t"
                                                                 "bne    1b\n"
                                                                 "2:"
                     : [left_shift] "+r"(left_shift), [multiplier] "+r"(multiplier),
                       [from] "+r"(from), [to] "+r"(to)
                     : [once] "r"(once), [thrice] "r"(thrice), [end] "m"(end),
                       [odd_zero_point] "m"(odd_zero_point)
                     : "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "cc", "memory");
    return (int32_t)(to - y);
}

#undef QUICK_CODE

#else

static inline int32_t quick_codes(const struct output_stage *stage, int32_t o, int32_t count,
                                  const int32_t *sums, int8_t *y, int32_t stride) {
    struct quick_channel channel;
    int32_t done = 0;
    for (; done < count && quick_channel_of(stage, o + done, &channel); done++, sums += 4) {
        for (int32_t p = 0; p < 4; p++) {
            y[p * stride + done] = quick_code(&channel, sums[p]);
        }
    }
    return done;
}

#endif
#endif
