#include "rescale.h"

#include "fixed_point.h"

void rescale_s8(int32_t count, const struct rescale_stage *stage, const int8_t *input,
                int8_t *output) {
    for (int32_t i = 0; i < count; i++) {
        /* |value| <= 255, and the factor is below 2^16: it does not leave int32. */
        int32_t value = input[i] - stage->input_zero_point;
        output[i] = output_code(requantize(value, stage->multiplier, stage->left_shift),
                                stage->output_zero_point, INT8_MIN, INT8_MAX);
    }
}
