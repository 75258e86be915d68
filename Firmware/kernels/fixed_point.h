/* Fixed-point arithmetic of a training step (Sources/Interpreter/SEMANTICS.md, "Primitives").
 *
 * No floating point: real constants arrive as factors `multiplier * 2^-shift`, made when the graph
 * is built. Sums that may leave int32 go through unsigned, where wrapping is defined. `>>` of a
 * negative number is arithmetic with every compiler this is built with. */
#ifndef FIELDTUNE_FIXED_POINT_H
#define FIELDTUNE_FIXED_POINT_H

#include <stdint.h>

static inline int32_t clamp_s32(int32_t value, int32_t minimum, int32_t maximum) {
    return value < minimum ? minimum : value > maximum ? maximum : value;
}

static inline int32_t saturate_s32(int64_t value) {
    return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int32_t)value;
}

/* clamp(value + zero_point, minimum, maximum), written so that the sum cannot overflow: codes are
 * small. */
static inline int8_t output_code(int32_t value, int32_t zero_point, int32_t minimum,
                                 int32_t maximum) {
    int32_t inside = clamp_s32(value, minimum - zero_point, maximum - zero_point);
    return (int8_t)(inside + zero_point);
}

/* (a * b * 2) / 2^32: gemmlowp's SaturatingRoundingDoublingHighMul. Its nudge by sign and the
 * division that truncates make one rounding half up, because for p < 0
 *   trunc((p + 1 - 2^30) / 2^31) = (p + 2^30) >> 31.
 * It saturates for a = b = -2^31 only, which does not occur: multipliers are >= 0, and softmax's
 * fractions lie within a quarter. */
static inline int32_t doubling_high_multiply(int32_t a, int32_t b) {
    return (int32_t)(((int64_t)a * b + (INT64_C(1) << 30)) >> 31);
}

/* value / 2^exponent, rounded half away from zero; exponent 0...31. */
static inline int32_t rounding_divide_by_power(int32_t value, int32_t exponent) {
    uint32_t mask = (UINT32_C(1) << exponent) - 1;
    uint32_t rest = (uint32_t)value & mask;
    uint32_t threshold = (mask >> 1) + (value < 0 ? 1u : 0u);
    return (value >> exponent) + (rest > threshold ? 1 : 0);
}

/* TFLite's double rounding: convolution, addition, mean. left_shift -31...31; the mask picks its
 * side without a branch, which gcc would turn into two copies of the product. */
static inline int32_t requantize(int32_t value, int32_t multiplier, int32_t left_shift) {
    int32_t negative = left_shift >> 31;
    int32_t up = left_shift & ~negative;
    int32_t down = -left_shift & negative;
    int32_t shifted = (int32_t)((uint32_t)value << up);
    return rounding_divide_by_power(doubling_high_multiply(shifted, multiplier), down);
}

/* TFLite's FULLY_CONNECTED: one rounding, half away from zero, saturating. left_shift -31...31. */
static inline int32_t requantize_once(int32_t value, int32_t multiplier, int32_t left_shift) {
    int32_t shift = 31 - left_shift;
    uint64_t magnitude = value < 0 ? (uint64_t)(-(int64_t)value) : (uint64_t)value;
    uint64_t half = (UINT64_C(1) << shift) >> 1;
    int64_t rounded = (int64_t)((magnitude * (uint32_t)multiplier + half) >> shift);
    return saturate_s32(value < 0 ? -rounded : rounded);
}

/* value * multiplier * 2^-shift, one rounding, half up, saturating to +-(2^31 - 1) where shift < 1.
 * Backward and update. From a shift of 33 on the product's high word is enough, and nothing
 * saturates. */
static inline int32_t scale(int32_t value, int32_t multiplier, int32_t shift) {
    if (shift >= 33 && shift <= 62) {
        int32_t high = (int32_t)(((int64_t)value * multiplier) >> 32); /* |high| <= 2^30 */
        return (high + (1 << (shift - 33))) >> (shift - 32);
    }
    if (value == 0 || multiplier == 0 || shift > 62) {
        return 0;
    }
    if (shift < 1) {
        return (value < 0) == (multiplier < 0) ? INT32_MAX : -INT32_MAX;
    }
    int64_t half = INT64_C(1) << (shift - 1);
    return saturate_s32(((int64_t)value * multiplier + half) >> shift);
}

/* One tap of a prescaled error: d * R, R in Q15 (1.0 = 32768), rounded half up. |d * R| <= 2^30. */
static inline int32_t prescale(int32_t error, int32_t ratio_q15) {
    return (error * ratio_q15 + (1 << 14)) >> 15;
}

/* Wrapping multiply-accumulate: the compiler makes one MLA of it. */
static inline int32_t multiply_accumulate(int32_t accumulator, int32_t a, int32_t b) {
    return (int32_t)((uint32_t)accumulator + (uint32_t)(a * b));
}

#endif
