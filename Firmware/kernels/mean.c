#include "mean.h"

#include "fixed_point.h"

/* Element `inner` of one outer slice. */
static int8_t mean(const struct mean_shape *shape, const struct mean_stage *stage,
                   const int8_t *input) {
    int32_t sum = 0; /* |sum| <= count * 255, and count <= 2^23 */
    for (int32_t k = 0; k < shape->count; k++) {
        sum += input[k * shape->inner] - stage->input_zero_point;
    }
    return output_code(requantize(sum, stage->multiplier, stage->left_shift),
                       stage->output_zero_point, INT8_MIN, INT8_MAX);
}

void mean_s8(const struct mean_shape *shape, const struct mean_stage *stage, const int8_t *input,
             int8_t *output) {
    for (int32_t o = 0; o < shape->outer; o++) {
        for (int32_t i = 0; i < shape->inner; i++) {
            *output++ = mean(shape, stage, input + i);
        }
        input += shape->count * shape->inner;
    }
}
