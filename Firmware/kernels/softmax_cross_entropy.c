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

/* loss = -ln p[label]  =>  d_logits[o] = p[o] - (o == label) */
static void errors_of(const struct cross_entropy_shape *shape, int32_t bits, int32_t label,
                      const uint32_t *exponentials, uint64_t sum, int16_t *error) {
    const int32_t limit = (1 << bits) - 1;
    const int64_t half = INT64_C(1) << (29 - bits);
    for (int32_t o = 0; o < shape->channels; o++) {
        int64_t p = (int64_t)(((uint64_t)exponentials[o] << 30) / sum);
        int64_t difference = p - (o == label ? ONE_Q30 : 0);
        error[o] = (int16_t)clamp_s32((int32_t)((difference + half) >> (30 - bits)), -limit, limit);
    }
}

int32_t softmax_cross_entropy_s32(const struct cross_entropy_shape *shape,
                                  const struct cross_entropy_stage *stage, const int32_t *logits,
                                  int32_t label, uint32_t *scratch, int16_t *error) {
    int32_t largest = INT32_MIN;
    for (int32_t o = 0; o < shape->channels; o++) {
        int32_t z = scale(logits[o], stage->multiplier[o], stage->shift[o]);
        scratch[o] = (uint32_t)z;
        largest = z > largest ? z : largest;
    }
    /* largest - z[o] < 2^32, so it is exact in unsigned arithmetic. */
    const int64_t label_distance = (int64_t)((uint32_t)largest - scratch[label]);
    uint64_t sum = 0;
    for (int32_t o = 0; o < shape->channels; o++) {
        scratch[o] = exp_of_negative((uint32_t)largest - scratch[o]);
        sum += scratch[o];
    }
    if (error != NULL) {
        errors_of(shape, stage->bits, label, scratch, sum, error);
    }
    return saturate_s32(label_distance + log_of_sum(sum));
}
