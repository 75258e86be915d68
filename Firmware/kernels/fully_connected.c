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
                        int8_t *output) {
    forward(shape, stage, input, weights, bias, output, NULL);
}

void fully_connected_s8_accumulate(const struct dense_shape *shape,
                                   const struct output_stage *stage, const int8_t *input,
                                   struct weights_s8 weights, const int32_t *bias,
                                   int32_t *accumulators) {
    forward(shape, stage, input, weights, bias, NULL, accumulators);
}

/* d_input of one plane's channels in one row; returns the place behind them.
 * output[o] += input[i] * weights[o,i]  =>  d_input[i] = sum over o of d_output[o] * weights[o,i].
 * The bits of d_output are chosen so that |sum| < 2^31. */
static int16_t *backward_plane(const struct dense_shape *shape, const struct error_stage *stage,
                               int32_t shift, const int16_t *prescaled, const int8_t *weights,
                               int32_t channels, int16_t *d_input, int32_t *observed) {
    int32_t block;
    for (int32_t i = 0; i < channels; i += block) {
        int32_t sum[4] = {0, 0, 0, 0};
        block = block_of(channels - i);
        errors_by_columns(block, prescaled, 1, weights + i, channels, shape->output_channels, sum);
        for (int32_t k = 0; k < block; k++) {
            *d_input++ =
                error_store(scale(sum[k], stage->multiplier, shift), stage->limit, observed);
        }
    }
    return d_input;
}

void fully_connected_s8_backward_input(const struct dense_shape *shape,
                                       const struct error_stage *stage, const int16_t *d_output,
                                       const struct error_range *d_output_range,
                                       struct weights_s8 weights, int16_t *scratch,
                                       int16_t *d_input, struct error_range *d_input_range) {
    const int32_t trained = shape->trained_channels;
    const int32_t shift =
        error_shift(stage->shift, d_output_range->exponent, d_input_range->exponent);
    int32_t observed = d_input_range->observed;
    for (int32_t row = 0; row < shape->rows; row++) {
        for (int32_t o = 0; o < shape->output_channels; o++) {
            scratch[o] = (int16_t)prescale(*d_output++, stage->prescale_q15[o]);
        }
        d_input = backward_plane(shape, stage, shift, scratch, weights.trained, trained, d_input,
                                 &observed);
        d_input = backward_plane(shape, stage, shift, scratch, weights.frozen,
                                 shape->input_channels - trained, d_input, &observed);
    }
    d_input_range->observed = observed;
}

/* output[n,o] += (input[n,i] - zero_point) * weights[o,i]  =>
 * d_weights[o,i] = sum over n of d_output[n,o] * (input[n,i] - zero_point)
 *                = sum of d_output * input - zero_point * sum of d_output, modulo 2^32 */
void fully_connected_s8_update_weights(const struct dense_shape *shape,
                                       const struct update_stage *stage,
                                       const struct step_update *update, int32_t input_zero_point,
                                       const int8_t *input, const int16_t *d_output,
                                       const struct error_range *d_output_range,
                                       struct weight_planes planes, struct update_counts *counts) {
    for (int32_t o = 0; o < shape->output_channels; o++) {
        struct update_factor factor = update_factor_of(stage, o, update, d_output_range);
        int32_t error_sum = 0;
        for (int32_t row = 0; row < shape->rows; row++) {
            error_sum =
                multiply_accumulate(error_sum, d_output[row * shape->output_channels + o], 1);
        }
        int32_t start = wrapping_multiply(-input_zero_point, error_sum);
        int32_t block;
        for (int32_t i = 0; i < shape->trained_channels; i += block) {
            int32_t sum[4] = {start, start, start, start};
            block = block_of(shape->trained_channels - i);
            errors_by_columns(block, d_output + o, shape->output_channels, input + i,
                              shape->input_channels, shape->rows, sum);
            weights_update(block, sum, factor, update, &planes, o * shape->trained_channels + i,
                           counts);
        }
    }
}
