#include "bias.h"

/* output[p,o] starts at bias[o]  =>  d_bias[o] = sum over p of d_output[p,o] */
void bias_s32_update(const struct bias_shape *shape, const struct update_stage *stage,
                     struct step_rate rate, const int16_t *d_output,
                     const struct error_range *d_output_range, int32_t *bias,
                     struct update_counts *counts) {
    for (int32_t o = 0; o < shape->channels; o++) {
        const int16_t *d = d_output + o;
        int32_t sum = 0;
        for (int32_t p = 0; p < shape->positions; p++) {
            sum = multiply_accumulate(sum, *d, 1);
            d += shape->channels;
        }
        struct update_factor factor = update_factor_of(stage, o, rate, d_output_range);
        int32_t delta = scale(sum, factor.multiplier, factor.shift);
        if (sum != 0 && delta == 0) {
            counts->unchanged += 1;
        }
        int64_t moved = (int64_t)bias[o] - delta;
        bias[o] = saturate_s32(moved);
        if (bias[o] != moved) {
            counts->saturated += 1;
        }
    }
}
