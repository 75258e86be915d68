#include "bias.h"

#include "simd.h"

/* value - step, saturated. */
static inline int32_t subtract(int32_t value, int32_t step, struct update_counts *counts) {
    int32_t bounded = qsub(value, step);
    if ((uint32_t)bounded != (uint32_t)value - (uint32_t)step) {
        counts->saturated += 1;
    }
    return bounded;
}

/* Adds delta to a velocity, which is in the bias's own codes, and returns what is applied now. What
 * momentum keeps is cut toward zero, so that it comes to rest. */
static int32_t accumulate(int32_t delta, const struct step_update *update, int32_t *velocity,
                          struct update_counts *counts) {
    int32_t sum = qadd(*velocity, delta);
    if ((uint32_t)sum != (uint32_t)*velocity + (uint32_t)delta) {
        counts->saturated += 1;
    }
    *velocity = update->applies ? (int32_t)((int64_t)sum * update->momentum / 65536) : sum;
    return update->applies ? sum : 0;
}

/* sums[k] = sum over positions of d_output[p,k], for four neighbouring channels, or for one. */
static void sum_four(const struct bias_shape *shape, const int16_t *d_output, uint32_t sums[4]) {
    for (int32_t p = 0; p < shape->positions; p++) {
        uint32_t low = load_word(d_output);
        uint32_t high = load_word(d_output + 2);
        sums[0] += (uint32_t)bottom_of(low);
        sums[1] += (uint32_t)top_of(low);
        sums[2] += (uint32_t)bottom_of(high);
        sums[3] += (uint32_t)top_of(high);
        d_output += shape->channels;
    }
}

static uint32_t sum_one(const struct bias_shape *shape, const int16_t *d_output) {
    int32_t sum = 0;
    for (int32_t p = 0; p < shape->positions; p++) {
        sum = multiply_accumulate(sum, *d_output, 1);
        d_output += shape->channels;
    }
    return (uint32_t)sum;
}

/* output[p,o] starts at bias[o]  =>  d_bias[o] = sum over p of d_output[p,o] */
void bias_s32_update(const struct bias_shape *shape, const struct update_stage *stage,
                     const struct step_update *update, const int16_t *d_output,
                     const struct error_range *d_output_range, int32_t *bias, int32_t *velocity,
                     struct update_counts *counts) {
    int32_t block;
    for (int32_t first = 0; first < shape->channels; first += block) {
        uint32_t sums[4] = {0, 0, 0, 0};
        block = shape->channels - first < 4 ? 1 : 4;
        if (block == 4) {
            sum_four(shape, d_output + first, sums);
        } else {
            sums[0] = sum_one(shape, d_output + first);
        }
        for (int32_t o = first; o < first + block; o++) {
            int32_t sum = (int32_t)sums[o - first];
            struct update_factor factor = update_factor_of(stage, o, update, d_output_range);
            int32_t delta = scale(sum, factor.multiplier, factor.shift);
            if (sum != 0 && delta == 0) {
                counts->unchanged += 1;
            }
            if (velocity != 0) {
                delta = accumulate(delta, update, &velocity[o], counts);
            }
            bias[o] = subtract(bias[o], delta, counts);
        }
    }
}
