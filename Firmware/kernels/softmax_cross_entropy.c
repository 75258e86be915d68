#include "softmax_cross_entropy.h"

#include <stddef.h>

#include "fixed_point.h"

#define ONE_Q30 (INT64_C(1) << 30)
#define LOG2_E_Q16 94548   /* round(log2(e) * 2^16) */
#define LN_2_Q16 45426     /* round(ln(2) * 2^16) */
#define LN_2_Q30 744261118 /* round(ln(2) * 2^30) */

/* exp(-d) in Q30, d in Q16. exp(-d) = 2^-n * exp(-fraction * ln 2), the latter by nine terms of its
 * series in Horner's form. */
static uint32_t exp_of_negative(uint32_t d_q16) {
    uint64_t t = ((uint64_t)d_q16 * LOG2_E_Q16 + (1 << 15)) >> 16;
    uint64_t n = t >> 16;
    if (n > 30) {
        return 0;
    }
    int64_t y = (int64_t)(((t & 0xffff) * LN_2_Q16) >> 2);
    int64_t r = ONE_Q30;
    for (int32_t k = 9; k >= 1; k--) {
        r = ONE_Q30 - ((y * r) >> 30) / k;
    }
    return (uint32_t)(r >> n);
}

/* ln(s / 2^30) in Q16, s >= 2^30. s = 2^j * u, u in [1, 2); ln u = 2 artanh((u - 1) / (u + 1)). */
static int64_t log_of_sum(uint64_t s) {
    int32_t j = 0;
    while ((s >> j) >= (UINT64_C(1) << 31)) {
        j++;
    }
    int64_t u = (int64_t)(s >> j);
    int64_t w = ((u - ONE_Q30) << 30) / (u + ONE_Q30);
    int64_t square = (w * w) >> 30;
    int64_t sum = w;
    int64_t power = w;
    for (int32_t k = 3; k <= 15; k += 2) {
        power = (power * square) >> 30;
        sum += power / k;
    }
    return (j * (int64_t)LN_2_Q30 + 2 * sum + (1 << 13)) >> 14;
}

/* Scales the logits into `scratch`; returns the largest. */
static int32_t scale_logits(const struct cross_entropy_shape *shape,
                            const struct cross_entropy_stage *stage, const int32_t *logits,
                            uint32_t *scratch) {
    int32_t largest = INT32_MIN;
    for (int32_t o = 0; o < shape->channels; o++) {
        int32_t z = scale(logits[o], stage->multiplier[o], stage->shift[o]);
        scratch[o] = (uint32_t)z;
        largest = z > largest ? z : largest;
    }
    return largest;
}

/* Turns scaled logits into exponentials of their distances from the largest, which are below 2^32
 * and so exact in unsigned arithmetic. Returns their sum, at most 65,535 * 2^30. */
static uint64_t exponentials_of(const struct cross_entropy_shape *shape, int32_t largest,
                                uint32_t *scratch) {
    uint64_t sum = 0;
    for (int32_t o = 0; o < shape->channels; o++) {
        scratch[o] = exp_of_negative((uint32_t)largest - scratch[o]);
        sum += scratch[o];
    }
    return sum;
}

/* loss = -sum(t * ln p)  =>  d_logits[o] = p[o] - t[o], t in Q30 */
static inline int16_t error_of(int32_t bits, uint32_t exponential, uint64_t sum, int64_t wanted) {
    const int32_t limit = (1 << bits) - 1;
    const int64_t half = INT64_C(1) << (29 - bits);
    int64_t p = (int64_t)(((uint64_t)exponential << 30) / sum);
    return (int16_t)clamp_s32((int32_t)((p - wanted + half) >> (30 - bits)), -limit, limit);
}

int32_t softmax_cross_entropy_s32(const struct cross_entropy_shape *shape,
                                  const struct cross_entropy_stage *stage, const int32_t *logits,
                                  int32_t label, uint32_t *scratch, int16_t *error) {
    const int32_t largest = scale_logits(shape, stage, logits, scratch);
    const int64_t distance = (int64_t)((uint32_t)largest - scratch[label]);
    const uint64_t sum = exponentials_of(shape, largest, scratch);
    for (int32_t o = 0; error != NULL && o < shape->channels; o++) {
        error[o] = error_of(stage->bits, scratch[o], sum, o == label ? ONE_Q30 : 0);
    }
    return saturate_s32(distance + log_of_sum(sum));
}

int32_t soft_cross_entropy_s32(const struct cross_entropy_shape *shape,
                               const struct cross_entropy_stage *stage, const int32_t *logits,
                               const int16_t *target, uint32_t *scratch, int16_t *error) {
    const int32_t largest = scale_logits(shape, stage, logits, scratch);
    int64_t distance = 0; /* |distance| <= 65,535 * 2^15 * 2^32 < 2^63 */
    for (int32_t o = 0; o < shape->channels; o++) {
        distance += (int64_t)((uint32_t)largest - scratch[o]) * target[o];
    }
    const uint64_t sum = exponentials_of(shape, largest, scratch);
    for (int32_t o = 0; error != NULL && o < shape->channels; o++) {
        error[o] = error_of(stage->bits, scratch[o], sum, (int64_t)target[o] * 65536);
    }
    return saturate_s32(((distance + (1 << 13)) >> 14) + log_of_sum(sum));
}
