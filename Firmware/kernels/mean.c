#include "mean.h"

#include "fixed_point.h"

void mean_s8(const struct mean_shape *shape, const struct mean_stage *stage, const int8_t *input,
             int8_t *output) {
    for (int32_t c = 0; c < shape->channels; c++) {
        const int8_t *in = input + c;
        int32_t sum = 0; /* |sum| <= positions * 255 */
        for (int32_t p = 0; p < shape->positions; p++) {
            sum += *in - stage->input_zero_point;
            in += shape->channels;
        }
        output[c] = output_code(requantize(sum, stage->multiplier, stage->left_shift),
                                stage->output_zero_point, INT8_MIN, INT8_MAX);
    }
}
