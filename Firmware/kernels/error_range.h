/* Number format of error tensors: int16 mantissas that share a power of two which is training state
 * (SEMANTICS.md, "Errors"). real = mantissa * 2^exponent, |mantissa| <= limit = 2^bits - 1. */
#ifndef FIELDTUNE_ERROR_RANGE_H
#define FIELDTUNE_ERROR_RANGE_H

#include <stdint.h>

#include "fixed_point.h"

struct error_range {
    int32_t exponent;
    int32_t held;     /* decaying peak of earlier steps, in mantissa units of `exponent` */
    int32_t observed; /* largest |value| offered in this step, before clamping */
};

/* How accumulators over d_output become mantissas of d_input. */
struct error_stage {
    /* Weight scale of output channel o over the largest; not read where there are no weights. */
    const uint16_t *prescale_q15;
    int32_t multiplier; /* the remaining real factor, multiplier * 2^-shift */
    int32_t shift;
    int32_t limit; /* 2^bits - 1 of d_input */
};

/* `store` of SEMANTICS.md; the peak is kept in a local of the kernel and written back once. */
static inline int16_t error_store(int32_t value, int32_t limit, int32_t *observed) {
    int32_t magnitude = value < 0 ? (value == INT32_MIN ? INT32_MAX : -value) : value;
    if (magnitude > *observed) {
        *observed = magnitude;
    }
    return (int16_t)clamp_s32(value, -limit, limit);
}

/* Shift for `scale` that takes an accumulator of exponent `from` to mantissas of exponent `to`. */
static inline int32_t error_shift(int32_t shift, int32_t from, int32_t to) {
    return saturate_s32((int64_t)shift + to - from);
}

/* Last operation of a step: moves the exponents to the peaks. bits[i] is 0 for a range that does
 * not adapt. */
void error_ranges_update(struct error_range *ranges, const uint8_t *bits, int32_t count);

#endif
