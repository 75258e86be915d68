#include "fully_connected.h"

#include <stddef.h>

#include "inner_product.h"

/* Sums of output channels o ..< o + block of one row.
 * |sum - bias| <= I * 255 * 128 < 2^31 for up to 65,793 inputs. */
KERNEL_INLINE void accumulate(const struct dense_shape *shape, const struct output_stage *stage,
                              const int8_t *input, struct weights_s8 weights, const int32_t *bias,
                              int32_t o, int32_t block, int32_t *sum) {
    const int32_t trained = shape->trained_channels;
    const int32_t frozen = shape->input_channels - trained;
    for (int32_t k = 0; k < block; k++) {
        sum[k] = bias_start(bias[o + k], stage->bias_fraction_bits);
    }
    if (trained > 0) {
        codes_by_rows(block, input, stage->input_zero_point, weights.trained + o * trained, trained,
                      trained, sum);
    }
    if (frozen > 0) {
        codes_by_rows(block, input + trained, stage->input_zero_point, weights.frozen + o * frozen,
                      frozen, frozen, sum);
    }
}

/* Writes codes to `output` or, where that is NULL, sums to `accumulators`. */
KERNEL_INLINE void forward(const struct dense_shape *shape, const struct output_stage *stage,
                           const int8_t *input, struct weights_s8 weights, const int32_t *bias,
                           int8_t *output, int32_t *accumulators) {
    int32_t at = 0;
    for (int32_t row = 0; row < shape->rows; row++) {
        int32_t block;
        for (int32_t o = 0; o < shape->output_channels; o += block) {
            int32_t sum[4];
            block = block_of(shape->output_channels - o);
            accumulate(shape, stage, input + row * shape->input_channels, weights, bias, o, block,
                       sum);
            for (int32_t k = 0; k < block; k++, at++) {
                if (output == NULL) {
                    accumulators[at] = sum[k];
                    continue;
                }
                output[at] = output_code(
                    requantize_once(sum[k], stage->multiplier[o + k], stage->left_shift[o + k]),
                    stage->output_zero_point, stage->minimum, stage->maximum);
            }
        }
    }
}

void fully_connected_s8(const struct dense_shape *shape, const struct output_stage *stage,
                        const int8_t *input, struct weights_s8 weights, const int32_t *bias,
                        int16_t *scratch, int8_t *output) {
    (void)scratch;
    forward(shape, stage, input, weights, bias, output, NULL);
}

void fully_connected_s8_accumulate(const struct dense_shape *shape,
                                   const struct output_stage *stage, const int8_t *input,
                                   struct weights_s8 weights, const int32_t *bias, int16_t *scratch,
                                   int32_t *accumulators) {
    (void)scratch;
    forward(shape, stage, input, weights, bias, NULL, accumulators);
}
