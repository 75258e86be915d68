#include "requantize.h"

#include "fixed_point.h"

void requantize_s32_s8(const struct requantize_shape *shape, const struct output_stage *stage,
                       const int32_t *accumulators, int8_t *output) {
    for (int32_t row = 0; row < shape->rows; row++) {
        for (int32_t o = 0; o < shape->channels; o++) {
            *output++ =
                output_code(requantize(*accumulators++, stage->multiplier[o], stage->left_shift[o]),
                            stage->output_zero_point, stage->minimum, stage->maximum);
        }
    }
}

void requantize_once_s32_s8(const struct requantize_shape *shape, const struct output_stage *stage,
                            const int32_t *accumulators, int8_t *output) {
    for (int32_t row = 0; row < shape->rows; row++) {
        for (int32_t o = 0; o < shape->channels; o++) {
            *output++ = output_code(
                requantize_once(*accumulators++, stage->multiplier[o], stage->left_shift[o]),
                stage->output_zero_point, stage->minimum, stage->maximum);
        }
    }
}
