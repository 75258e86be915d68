/* What all update kernels share (SEMANTICS.md, "Update"). */
#ifndef FIELDTUNE_UPDATE_H
#define FIELDTUNE_UPDATE_H

#include <stdint.h>

#include "error_range.h"
#include "fixed_point.h"
#include "step_update.h"

/* Factor of a parameter's update before the learning rate, for each output channel; multiplier 0
 * for a dead channel. KernelConstants.swift forms it. */
struct update_stage {
    const int32_t *multiplier;
    const int16_t *shift;
};

/* Of one layer, counted since the training state was reset: part of that state. */
struct update_counts {
    uint64_t saturated; /* parameters that met the end of their range */
    uint64_t unchanged; /* parameters with a gradient whose update rounded to zero */
};

/* The sum over layers: two of them tell what a step added. */
struct update_counts update_counts_total(const struct update_counts *counts, uint32_t layers);

/* The planes of one trained tensor of weights. Without a residual plane each step rounds to a code:
 * at random where there is a random key, otherwise to nearest. */
struct weight_planes {
    int8_t *weight;    /* the codes that forward and backward read */
    int8_t *residual;  /* weight16 = 256 * weight + residual; may be null */
    int32_t *velocity; /* steps not yet applied, in 2^-16 of a weight16; only beside residuals, may
                          be null */
    uint32_t random_key;
    bool rounds_randomly;
};

/* Key of one tensor's random numbers in one step. */
uint32_t random_key(uint32_t seed, uint32_t step, uint32_t tensor);

/* delta = scale(gradient accumulator, multiplier, shift) for one channel in this step, and the
 * share of a weight that it loses besides, in Q16. */
struct update_factor {
    int32_t multiplier;
    int32_t shift;
    int32_t decay;
};

static inline struct update_factor update_factor_of(const struct update_stage *stage,
                                                    int32_t channel,
                                                    const struct step_update *update,
                                                    const struct error_range *d_output_range) {
    /* Both below 2^31: the product is below 2^62. */
    int64_t multiplier = ((int64_t)stage->multiplier[channel] * (int64_t)update->rate.mantissa +
                          (INT64_C(1) << 30)) >>
                         31;
    int64_t shift = (int64_t)stage->shift[channel] + (int64_t)update->rate.shift - 31 -
                    d_output_range->exponent;
    bool decays = update->applies && stage->multiplier[channel] != 0;
    return (struct update_factor){
        .multiplier = (int32_t)multiplier,
        .shift = saturate_s32(shift),
        .decay = decays ? update->decay : 0,
    };
}

/* The share of a value, rounded half up; share in Q16. */
static inline int32_t share_of(int32_t value, int32_t share_q16) {
    return share_q16 == 0 ? 0 : (int32_t)(((int64_t)value * share_q16 + 0x8000) >> 16);
}

/* weight16 minus step and decay, within +-127 codes. The file's -128 stays where nothing moves it.
 */
static inline void weight_move(int32_t step, int32_t decay, int8_t *weight, int8_t *residual,
                               struct update_counts *counts) {
    int32_t wide = *weight * 256 + *residual;
    /* A larger step would meet the end of the range as well: all of it stays within int32. */
    step = clamp_s32(step, -(1 << 17), 1 << 17) + share_of(wide, decay);
    if (step == 0) {
        return;
    }
    int32_t moved = wide - step;
    int32_t bounded = clamp_s32(moved, -(127 * 256 + 128), 127 * 256 + 127);
    if (bounded != moved) {
        counts->saturated += 1;
    }
    int32_t high = (bounded + 128) >> 8;
    *weight = (int8_t)high;
    *residual = (int8_t)(bounded - high * 256);
}

/* The same for planes with a velocity or without residuals. */
void weights_update_other(int32_t count, const int32_t *gradients, struct update_factor factor,
                          const struct step_update *update, const struct weight_planes *planes,
                          int32_t at, struct update_counts *counts);

/* `count` neighbouring weights of one channel, given their gradients; `at` is the place of the
 * first in its planes. */
static inline void weights_update(int32_t count, const int32_t *gradients,
                                  struct update_factor factor, const struct step_update *update,
                                  const struct weight_planes *planes, int32_t at,
                                  struct update_counts *counts) {
    if (planes->velocity != 0 || planes->residual == 0) {
        weights_update_other(count, gradients, factor, update, planes, at, counts);
        return;
    }
    int8_t *weight = planes->weight + at;
    int8_t *residual = planes->residual + at;
    for (int32_t k = 0; k < count; k++) {
        if (gradients[k] == 0 && factor.decay == 0) {
            continue;
        }
        int32_t delta = scale(gradients[k], factor.multiplier, factor.shift);
        if (delta == 0 && gradients[k] != 0) {
            counts->unchanged += 1;
        }
        weight_move(delta, factor.decay, &weight[k], &residual[k], counts);
    }
}

#endif
