#include "lookup.h"

void lookup_s8(int32_t count, const int8_t *table, const int8_t *input, int8_t *output) {
    for (int32_t i = 0; i < count; i++) {
        output[i] = table[input[i] + 128];
    }
}

void lookup_s8_backward(int32_t count, const struct error_stage *stage, const int16_t *slopes,
                        const int16_t *d_output, const struct error_range *d_output_range,
                        const int8_t *input, int16_t *d_input, struct error_range *d_input_range) {
    const int32_t shift =
        error_shift(stage->shift, d_output_range->exponent, d_input_range->exponent);
    int32_t observed = d_input_range->observed;
    for (int32_t i = 0; i < count; i++) {
        /* y = f(x)  =>  d_x = d_y * f'(x); |product| < 2^30 */
        int32_t product = d_output[i] * slopes[input[i] + 128];
        d_input[i] = error_store(scale(product, stage->multiplier, shift), stage->limit, &observed);
    }
    d_input_range->observed = observed;
}
