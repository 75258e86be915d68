#include "lookup.h"

void lookup_s8(int32_t count, const int8_t *table, const int8_t *input, int8_t *output) {
    for (int32_t i = 0; i < count; i++) {
        output[i] = table[input[i] + 128];
    }
}

void lookup_s8_backward(int32_t count, const struct error_stage *stage, const int16_t *slopes,
                        const int16_t *d_output, const struct error_range *d_output_range,
                        const int8_t *input, int16_t *d_input, struct error_range *d_input_range) {
    struct error_writer errors = input_error_writer(stage, d_output_range, d_input_range);
    for (int32_t i = 0; i < count; i++) {
        /* y = f(x)  =>  d_x = d_y * f'(x); |product| < 2^30 */
        int32_t product = d_output[i] * slopes[input[i] + 128];
        d_input[i] = error_write(&errors, product);
    }
    d_input_range->observed = errors.observed;
}
