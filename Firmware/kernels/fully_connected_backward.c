#include "fully_connected.h"

#include "inner_product.h"

/* d_input of one plane's channels in one row; returns the place behind them.
 * output[o] += input[i] * weights[o,i]  =>  d_input[i] = sum over o of d_output[o] * weights[o,i].
 * The bits of d_output are chosen so that |sum| < 2^31. */
static int16_t *backward_plane(const struct dense_shape *shape, const int16_t *prescaled,
                               const int8_t *weights, int32_t channels,
                               struct error_writer *writer, int16_t *d_input) {
    int32_t block;
    for (int32_t i = 0; i < channels; i += block) {
        int32_t sum[4] = {0, 0, 0, 0};
        block = block_of(channels - i);
        errors_by_columns(block, prescaled, 1, weights + i, channels, shape->output_channels, sum);
        for (int32_t k = 0; k < block; k++) {
            *d_input++ = error_write(writer, sum[k]);
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
    const int32_t frozen = shape->input_channels - trained;
    struct error_writer writer = input_error_writer(stage, d_output_range, d_input_range);
    for (int32_t row = 0; row < shape->rows; row++) {
        for (int32_t o = 0; o < shape->output_channels; o++) {
            scratch[o] = (int16_t)prescale(*d_output++, stage->prescale_q15[o]);
        }
        d_input = backward_plane(shape, scratch, weights.trained, trained, &writer, d_input);
        d_input = backward_plane(shape, scratch, weights.frozen, frozen, &writer, d_input);
    }
    d_input_range->observed = writer.observed;
}
