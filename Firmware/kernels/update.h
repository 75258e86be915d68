/* What all update kernels share (SEMANTICS.md, "Update"). */
#ifndef FIELDTUNE_UPDATE_H
#define FIELDTUNE_UPDATE_H

#include <stdint.h>

#include "error_range.h"
#include "fixed_point.h"
#include "simd.h"
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
    uint64_t multiplier =
        ((uint64_t)(uint32_t)stage->multiplier[channel] * update->rate.mantissa + (1 << 30)) >> 31;
    /* What saturates on the way is far outside of the shifts that `scale` tells apart. */
    int32_t rate = update->rate.shift > INT32_MAX ? INT32_MAX : (int32_t)update->rate.shift;
    int32_t shift = qadd(qsub(rate, d_output_range->exponent), stage->shift[channel] - 31);
    bool decays = update->applies && stage->multiplier[channel] != 0;
    return (struct update_factor){
        .multiplier = (int32_t)multiplier,
        .shift = shift,
        .decay = decays ? update->decay : 0,
    };
}

/* The planes of four neighbouring weights, a byte each, as words. */
struct four_weights {
    uint32_t weight, residual;
};

/* Subtracts from each weight16 a step in -128 ... 127, given as steps + 128. False where a weight may
 * leave its range: it is -128 then, by wrapping upwards or saturating downwards. */
static inline bool four_weights_move(struct four_weights *four, uint32_t biased_steps) {
    const uint32_t signs = UINT32_C(0x80808080), ones = UINT32_C(0x01010101);
    const uint32_t steps = biased_steps ^ signs;
    uint32_t residual, rest;
    /* As bytes, residual + 128 minus a negative step lacks 256, which is one of the weight. */
    const uint32_t lacking = usub8_sel(biased_steps, signs, 0, ones, &rest);
    four->weight = usub8_sel(four->residual ^ signs, steps, uadd8(four->weight, lacking),
                             qsub8(four->weight, lacking ^ ones), &residual);
    four->residual = residual ^ signs;
    return ssub8_sel(four->weight, UINT32_C(0x81818181), 0, ones, &rest) == 0;
}

/* `count` (1 to 4) neighbouring weights of one channel, given their gradients and the steps that these
 * make; `at` is the place of the first in its planes. */
void weights_step(int32_t count, const int32_t *gradients, const int32_t *deltas, int32_t decay,
                  const struct step_update *update, const struct weight_planes *planes, int32_t at,
                  struct update_counts *counts);

/* The same for four steps that nothing accompanies: residuals, no velocity, no decay. False, and
 * nothing done, where a step leaves -128 ... 127 or a weight its range. */
static inline bool four_weights_step(const int32_t *gradients, const int32_t *deltas, int8_t *weight,
                                     int8_t *residual, struct update_counts *counts) {
    uint32_t b0 = (uint32_t)deltas[0] + 128, b1 = (uint32_t)deltas[1] + 128;
    uint32_t b2 = (uint32_t)deltas[2] + 128, b3 = (uint32_t)deltas[3] + 128;
    if ((b0 | b1 | b2 | b3) > 255) {
        return false;
    }
    struct four_weights four = {load_word(weight), load_word(residual)};
    if (!four_weights_move(&four, (b0 | b2 << 16) | (b1 | b3 << 16) << 8)) {
        return false;
    }
    store_word(weight, four.weight);
    store_word(residual, four.residual);
    for (int32_t k = 0; k < 4; k++) {
        if (deltas[k] == 0 && gradients[k] != 0) {
            counts->unchanged += 1;
        }
    }
    return true;
}

/* The same, the quick way where there is one. */
static inline void weights_take(int32_t count, const int32_t *gradients, const int32_t *deltas,
                                int32_t decay, const struct step_update *update,
                                const struct weight_planes *planes, int32_t at,
                                struct update_counts *counts) {
    if (count == 4 && planes->residual != 0 && planes->velocity == 0 && decay == 0 &&
        four_weights_step(gradients, deltas, planes->weight + at, planes->residual + at, counts)) {
        return;
    }
    weights_step(count, gradients, deltas, decay, update, planes, at, counts);
}

/* `count` (1 to 4) neighbouring weights of one channel, given their gradients. */
static inline void weights_update(int32_t count, const int32_t *gradients,
                                  struct update_factor factor, const struct step_update *update,
                                  const struct weight_planes *planes, int32_t at,
                                  struct update_counts *counts) {
    int32_t deltas[4];
    for (int32_t k = 0; k < count; k++) {
        deltas[k] = scale(gradients[k], factor.multiplier, factor.shift);
    }
    weights_take(count, gradients, deltas, factor.decay, update, planes, at, counts);
}

#endif
