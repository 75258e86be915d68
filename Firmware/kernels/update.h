/* Plain SGD on the integer grid (SEMANTICS.md, "Update"): what all update kernels share. */
#ifndef FIELDTUNE_UPDATE_H
#define FIELDTUNE_UPDATE_H

#include <stdint.h>

#include "error_range.h"
#include "fixed_point.h"
#include "step_rate.h"

/* Factor of a parameter's update before the learning rate, for each output channel:
 * weights 256 * input scale / weight scale, bias 2^fraction_bits / (input scale * weight scale);
 * multiplier 0 for a dead channel. */
struct update_stage {
    const int32_t *multiplier;
    const int16_t *shift;
};

/* Counted over a step. */
struct update_counts {
    uint32_t saturated; /* parameters that met the end of their range */
    uint32_t unchanged; /* parameters with a gradient whose update rounded to zero */
};

/* delta = scale(gradient accumulator, multiplier, shift) for one channel in this step. */
struct update_factor {
    int32_t multiplier;
    int32_t shift;
};

static inline struct update_factor update_factor_of(const struct update_stage *stage,
                                                    int32_t channel, struct step_rate rate,
                                                    const struct error_range *d_output_range) {
    /* Both below 2^31: the product is below 2^62. */
    int64_t multiplier =
        ((int64_t)stage->multiplier[channel] * (int64_t)rate.mantissa + (INT64_C(1) << 30)) >> 31;
    int64_t shift =
        (int64_t)stage->shift[channel] + (int64_t)rate.shift - 31 - d_output_range->exponent;
    return (struct update_factor){(int32_t)multiplier, saturate_s32(shift)};
}

/* One weight in 16 bits, 256 * weight + residual, minus its delta. Weights stay within +-127. */
static inline void weight_update(int32_t gradient, struct update_factor factor, int8_t *weight,
                                 int8_t *residual, struct update_counts *counts) {
    if (gradient == 0) {
        return;
    }
    int32_t delta = scale(gradient, factor.multiplier, factor.shift);
    if (delta == 0) {
        counts->unchanged += 1;
        return;
    }
    /* A larger delta would meet the end of the range as well: all of it stays within int32. */
    int32_t moved = *weight * 256 + *residual - clamp_s32(delta, -(1 << 17), 1 << 17);
    int32_t wide = clamp_s32(moved, -(127 * 256 + 128), 127 * 256 + 127);
    if (wide != moved) {
        counts->saturated += 1;
    }
    int32_t high = (wide + 128) >> 8;
    *weight = (int8_t)high;
    *residual = (int8_t)(wide - high * 256);
}

#endif
