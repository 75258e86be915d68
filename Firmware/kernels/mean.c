#include "mean.h"

#include "code_sums.h"
#include "fixed_point.h"

/* `channels` neighbouring elements of one outer slice, 1...4. */
static void mean(const struct mean_shape *shape, const struct mean_stage *stage, int32_t channels,
                 const int8_t *input, int8_t *output) {
    int32_t sums[4] = {0, 0, 0, 0}; /* |sum - count * zero point| <= count * 255, count <= 2^23 */
    add_codes(channels, input, shape->inner, shape->count, sums);
    for (int32_t k = 0; k < channels; k++) {
        int32_t sum = sums[k] - shape->count * stage->input_zero_point;
        output[k] = output_code(requantize(sum, stage->multiplier, stage->left_shift),
                                stage->output_zero_point, INT8_MIN, INT8_MAX);
    }
}

void mean_s8(const struct mean_shape *shape, const struct mean_stage *stage, const int8_t *input,
             int8_t *output) {
    for (int32_t o = 0; o < shape->outer; o++) {
        for (int32_t i = 0; i < shape->inner; i += 4) {
            int32_t rest = shape->inner - i;
            mean(shape, stage, rest < 4 ? rest : 4, input + i, output + i);
        }
        input += shape->count * shape->inner;
        output += shape->inner;
    }
}
