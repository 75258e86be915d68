#include "conv2d.h"

#include <stddef.h>

#include "inner_product.h"
#include "window.h"

/* Top left of an output pixel's window in the input, and its taps inside the map. */
struct view {
    int32_t y, x;
    struct span rows, columns;
};

static struct view view_of(const struct conv2d_shape *shape, int32_t oy, int32_t ox) {
    struct view view;
    view.y = oy * shape->stride_height - shape->pad_top;
    view.x = ox * shape->stride_width - shape->pad_left;
    view.rows =
        taps_inside(view.y, shape->dilation_height, shape->kernel_height, shape->input_height);
    view.columns =
        taps_inside(view.x, shape->dilation_width, shape->kernel_width, shape->input_width);
    return view;
}

/* sum[r] += what one plane gives to output channel o + r of one pixel. Neighbouring taps of a row
 * are one run where the plane holds all channels and nothing is dilated. */
KERNEL_INLINE void accumulate_plane(const struct conv2d_shape *shape, const struct view *view,
                                    int32_t zero_point, const int8_t *input,
                                    struct conv2d_plane plane, int32_t o, int32_t block,
                                    int32_t *sum) {
    const int32_t taps = shape->kernel_height * shape->kernel_width;
    const int32_t columns = view->columns.end - view->columns.begin;
    const int32_t joined = plane.channels == shape->input_channels && shape->dilation_width == 1;
    const int32_t runs = joined ? (columns > 0 ? 1 : 0) : columns;
    const int32_t length = joined ? columns * plane.channels : plane.channels;
    const int32_t y = view->y + view->rows.begin * shape->dilation_height;
    const int32_t x = view->x + view->columns.begin * shape->dilation_width;
    const int32_t tap = view->rows.begin * shape->kernel_width + view->columns.begin;
    const int32_t x_step = shape->dilation_width * shape->input_channels;
    const int32_t x_row = shape->dilation_height * shape->input_width * shape->input_channels;
    const int32_t w_row = shape->kernel_width * plane.channels;
    int32_t x_at = (y * shape->input_width + x) * shape->input_channels + plane.first_channel;
    int32_t w_at = (o * taps + tap) * plane.channels;
    for (int32_t ky = view->rows.begin; ky < view->rows.end; ky++) {
        for (int32_t run = 0; run < runs; run++) {
            codes_by_rows(block, input + x_at + run * x_step, zero_point,
                          plane.weights + w_at + run * plane.channels, taps * plane.channels,
                          length, sum);
        }
        x_at += x_row;
        w_at += w_row;
    }
}

/* Accumulators of output channels o ..< o + block of one pixel.
 * |sum - bias| <= KH*KW*I * 255 * 128 < 2^31 for up to 65,793 terms. */
KERNEL_INLINE void accumulate(const struct conv2d_shape *shape, const struct output_stage *stage,
                              const struct view *view, const int8_t *input,
                              struct weights_s8 weights, const int32_t *bias, int32_t o,
                              int32_t block, int32_t *sum) {
    for (int32_t r = 0; r < block; r++) {
        sum[r] = bias_start(bias[o + r], stage->bias_fraction_bits);
    }
    for (int32_t index = 0; index < 2; index++) {
        struct conv2d_plane plane = conv2d_plane_at(shape, weights, index);
        if (plane.channels > 0) {
            accumulate_plane(shape, view, stage->input_zero_point, input, plane, o, block, sum);
        }
    }
}

/* Writes codes to `output` or, where that is NULL, sums to `accumulators`. */
KERNEL_INLINE void forward(const struct conv2d_shape *shape, const struct output_stage *stage,
                           const int8_t *input, struct weights_s8 weights, const int32_t *bias,
                           int8_t *output, int32_t *accumulators) {
    int32_t at = 0;
    for (int32_t oy = 0; oy < shape->output_height; oy++) {
        for (int32_t ox = 0; ox < shape->output_width; ox++) {
            struct view view = view_of(shape, oy, ox);
            int32_t block;
            for (int32_t o = 0; o < shape->output_channels; o += block) {
                int32_t sum[4];
                block = block_of(shape->output_channels - o);
                accumulate(shape, stage, &view, input, weights, bias, o, block, sum);
                for (int32_t r = 0; r < block; r++, at++) {
                    if (output == NULL) {
                        accumulators[at] = sum[r];
                        continue;
                    }
                    output[at] = output_code(
                        requantize(sum[r], stage->multiplier[o + r], stage->left_shift[o + r]),
                        stage->output_zero_point, stage->minimum, stage->maximum);
                }
            }
        }
    }
}

void conv2d_s8(const struct conv2d_shape *shape, const struct output_stage *stage,
               const int8_t *input, struct weights_s8 weights, const int32_t *bias,
               int16_t *scratch, int8_t *output) {
    (void)scratch;
    forward(shape, stage, input, weights, bias, output, NULL);
}

void conv2d_s8_accumulate(const struct conv2d_shape *shape, const struct output_stage *stage,
                          const int8_t *input, struct weights_s8 weights, const int32_t *bias,
                          int16_t *scratch, int32_t *accumulators) {
    (void)scratch;
    forward(shape, stage, input, weights, bias, NULL, accumulators);
}
