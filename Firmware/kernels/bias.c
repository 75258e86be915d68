#include "bias.h"

static int32_t subtract(int32_t value, int32_t step, struct update_counts *counts) {
    int64_t moved = (int64_t)value - step;
    int32_t bounded = saturate_s32(moved);
    if (bounded != moved) {
        counts->saturated += 1;
    }
    return bounded;
}

/* Adds delta to a velocity, which is in the bias's own codes, and returns what is applied now. What
 * momentum keeps is cut toward zero, so that it comes to rest. */
static int32_t accumulate(int32_t delta, const struct step_update *update, int32_t *velocity,
                          struct update_counts *counts) {
    int64_t moved = (int64_t)*velocity + delta;
    int32_t sum = saturate_s32(moved);
    if (sum != moved) {
        counts->saturated += 1;
    }
    *velocity = update->applies ? (int32_t)((int64_t)sum * update->momentum / 65536) : sum;
    return update->applies ? sum : 0;
}

/* output[p,o] starts at bias[o]  =>  d_bias[o] = sum over p of d_output[p,o] */
void bias_s32_update(const struct bias_shape *shape, const struct update_stage *stage,
                     const struct step_update *update, const int16_t *d_output,
                     const struct error_range *d_output_range, int32_t *bias, int32_t *velocity,
                     struct update_counts *counts) {
    for (int32_t o = 0; o < shape->channels; o++) {
        const int16_t *d = d_output + o;
        int32_t sum = 0;
        for (int32_t p = 0; p < shape->positions; p++) {
            sum = multiply_accumulate(sum, *d, 1);
            d += shape->channels;
        }
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
