#include "depthwise_conv2d.h"

#include <stddef.h>

#include "inner_product.h"
#include "window.h"

/* The weight of output channel o at tap t is weights[t * tap_step]. */
struct channel_weights {
    const int8_t *weights;
    int32_t tap_step;
    int32_t rest; /* output channels from o to the end of its plane */
};

static inline struct channel_weights weights_at(const struct depthwise_conv2d_shape *shape,
                                                struct weights_s8 weights, int32_t o) {
    int32_t trained = shape->trained_channels;
    if (o < trained) {
        return (struct channel_weights){weights.trained + o, trained, trained - o};
    }
    int32_t frozen = shape->output_channels - trained;
    return (struct channel_weights){weights.frozen + (o - trained), frozen,
                                    shape->output_channels - o};
}

/* Channels o ... that are computed together: four where input and output channels run in step. */
static inline int32_t block_at(const struct depthwise_conv2d_shape *shape, int32_t rest) {
    return shape->multiplier == 1 ? block_of(rest) : 1;
}

/* Top left of an output pixel's window in the input, and its taps inside the map. */
struct view {
    int32_t y, x;
    struct span rows, columns;
};

static struct view view_of(const struct depthwise_conv2d_shape *shape, int32_t oy, int32_t ox) {
    struct view view;
    view.y = oy * shape->stride_height - shape->pad_top;
    view.x = ox * shape->stride_width - shape->pad_left;
    view.rows =
        taps_inside(view.y, shape->dilation_height, shape->kernel_height, shape->input_height);
    view.columns =
        taps_inside(view.x, shape->dilation_width, shape->kernel_width, shape->input_width);
    return view;
}

/* sum[k] += taps of channel o + k, which reads input channel c + k; block is 1 or 4.
 * |sum - bias| <= KH*KW * 255 * 128 < 2^31 for up to 65,793 taps. */
KERNEL_INLINE void accumulate(const struct depthwise_conv2d_shape *shape, const struct view *view,
                              int32_t zero_point, const int8_t *input,
                              struct channel_weights weights, int32_t block, int32_t *sum) {
    const int32_t x_step = shape->dilation_width * shape->input_channels;
    int32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
    for (int32_t ky = view->rows.begin; ky < view->rows.end; ky++) {
        int32_t y = view->y + ky * shape->dilation_height;
        int32_t x = view->x + view->columns.begin * shape->dilation_width;
        const int8_t *in = input + (y * shape->input_width + x) * shape->input_channels;
        const int8_t *w =
            weights.weights + (ky * shape->kernel_width + view->columns.begin) * weights.tap_step;
        for (int32_t kx = view->columns.begin; kx < view->columns.end; kx++) {
            s0 = multiply_accumulate(s0, in[0] - zero_point, w[0]);
            if (block == 4) {
                s1 = multiply_accumulate(s1, in[1] - zero_point, w[1]);
                s2 = multiply_accumulate(s2, in[2] - zero_point, w[2]);
                s3 = multiply_accumulate(s3, in[3] - zero_point, w[3]);
            }
            in += x_step;
            w += weights.tap_step;
        }
    }
    sum[0] = s0, sum[1] = s1, sum[2] = s2, sum[3] = s3;
}

/* Writes codes to `output` or, where that is NULL, sums to `accumulators`. */
KERNEL_INLINE void forward(const struct depthwise_conv2d_shape *shape,
                           const struct output_stage *stage, const int8_t *input,
                           struct weights_s8 weights, const int32_t *bias, int8_t *output,
                           int32_t *accumulators) {
    int32_t at = 0;
    for (int32_t oy = 0; oy < shape->output_height; oy++) {
        for (int32_t ox = 0; ox < shape->output_width; ox++) {
            struct view view = view_of(shape, oy, ox);
            int32_t block;
            for (int32_t o = 0; o < shape->output_channels; o += block) {
                int32_t sum[4] = {0, 0, 0, 0};
                struct channel_weights w = weights_at(shape, weights, o);
                block = block_at(shape, w.rest);
                for (int32_t k = 0; k < block; k++) {
                    sum[k] = bias_start(bias[o + k], stage->bias_fraction_bits);
                }
                const int8_t *in = input + o / shape->multiplier;
                if (block == 4) {
                    accumulate(shape, &view, stage->input_zero_point, in, w, 4, sum);
                } else {
                    accumulate(shape, &view, stage->input_zero_point, in, w, 1, sum);
                }
                for (int32_t k = 0; k < block; k++, at++) {
                    if (output == NULL) {
                        accumulators[at] = sum[k];
                        continue;
                    }
                    output[at] = output_code(
                        requantize(sum[k], stage->multiplier[o + k], stage->left_shift[o + k]),
                        stage->output_zero_point, stage->minimum, stage->maximum);
                }
            }
        }
    }
}

void depthwise_conv2d_s8(const struct depthwise_conv2d_shape *shape,
                         const struct output_stage *stage, const int8_t *input,
                         struct weights_s8 weights, const int32_t *bias, int16_t *scratch,
                         int8_t *output) {
    (void)scratch;
    forward(shape, stage, input, weights, bias, output, NULL);
}

void depthwise_conv2d_s8_accumulate(const struct depthwise_conv2d_shape *shape,
                                    const struct output_stage *stage, const int8_t *input,
                                    struct weights_s8 weights, const int32_t *bias,
                                    int16_t *scratch, int32_t *accumulators) {
    (void)scratch;
    forward(shape, stage, input, weights, bias, NULL, accumulators);
}

/* sum[k] += d_input of channel c + k at one pixel, from output channel o + k.
 * The bits of d_output are chosen so that |sum| < 2^31. */
KERNEL_INLINE void backward_sums(const struct depthwise_conv2d_shape *shape,
                                 const uint16_t *prescale_q15, struct tap_walk rows,
                                 struct tap_walk columns, const int16_t *d_output,
                                 struct channel_weights weights, int32_t block, int32_t *sum) {
    const int32_t d_step = columns.window_step * shape->output_channels;
    const int32_t w_step = columns.tap_step * weights.tap_step;
    int32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
    for (int32_t r = 0; r < rows.count; r++) {
        int32_t oy = rows.window + r * rows.window_step;
        int32_t ky = rows.tap + r * rows.tap_step;
        const int16_t *d =
            d_output + (oy * shape->output_width + columns.window) * shape->output_channels;
        const int8_t *w =
            weights.weights + (ky * shape->kernel_width + columns.tap) * weights.tap_step;
        for (int32_t c = 0; c < columns.count; c++) {
            /* output[p,o] += input[q,c] * weights[tap,o]  =>
             * d_input[q,c] = sum over the outputs o of c and the (tap, p) that read q of
             *                d_output[p,o] * weights[tap,o] */
            s0 = multiply_accumulate(s0, prescale(d[0], prescale_q15[0]), w[0]);
            if (block == 4) {
                s1 = multiply_accumulate(s1, prescale(d[1], prescale_q15[1]), w[1]);
                s2 = multiply_accumulate(s2, prescale(d[2], prescale_q15[2]), w[2]);
                s3 = multiply_accumulate(s3, prescale(d[3], prescale_q15[3]), w[3]);
            }
            d += d_step;
            w += w_step;
        }
    }
    sum[0] = s0, sum[1] = s1, sum[2] = s2, sum[3] = s3;
}

/* Sums of the input channels that output channels o ..< o + block read. A block of 4 has
 * multiplier 1. */
KERNEL_INLINE void input_sums(const struct depthwise_conv2d_shape *shape,
                              const uint16_t *prescale_q15, struct tap_walk rows,
                              struct tap_walk columns, const int16_t *d_output,
                              struct weights_s8 weights, int32_t o, int32_t block, int32_t *sum) {
    if (block == 4) {
        backward_sums(shape, prescale_q15 + o, rows, columns, d_output + o,
                      weights_at(shape, weights, o), 4, sum);
        return;
    }
    for (int32_t m = 0; m < shape->multiplier; m++) {
        backward_sums(shape, prescale_q15 + o + m, rows, columns, d_output + o + m,
                      weights_at(shape, weights, o + m), 1, sum);
    }
}

void depthwise_conv2d_s8_backward_input(const struct depthwise_conv2d_shape *shape,
                                        const struct error_stage *stage, const int16_t *d_output,
                                        const struct error_range *d_output_range,
                                        struct weights_s8 weights, int16_t *scratch,
                                        int16_t *d_input, struct error_range *d_input_range) {
    (void)scratch;
    const int32_t shift =
        error_shift(stage->shift, d_output_range->exponent, d_input_range->exponent);
    int32_t observed = d_input_range->observed;
    for (int32_t iy = 0; iy < shape->input_height; iy++) {
        struct tap_walk rows =
            taps_reading(iy + shape->pad_top, shape->stride_height, shape->dilation_height,
                         shape->kernel_height, shape->output_height);
        for (int32_t ix = 0; ix < shape->input_width; ix++) {
            struct tap_walk columns =
                taps_reading(ix + shape->pad_left, shape->stride_width, shape->dilation_width,
                             shape->kernel_width, shape->output_width);
            int32_t block;
            for (int32_t c = 0; c < shape->input_channels; c += block) {
                int32_t sum[4] = {0, 0, 0, 0};
                int32_t o = c * shape->multiplier;
                block = block_at(shape, weights_at(shape, weights, o).rest);
                input_sums(shape, stage->prescale_q15, rows, columns, d_output, weights, o, block,
                           sum);
                for (int32_t k = 0; k < block; k++) {
                    *d_input++ = error_store(scale(sum[k], stage->multiplier, shift), stage->limit,
                                             &observed);
                }
            }
        }
    }
    d_input_range->observed = observed;
}

/* Output positions whose tap lies inside the map. */
struct positions {
    struct span rows, columns;
    int32_t offset_y, offset_x; /* input = window * stride + offset */
};

/* output[p,o] += (input[q,c] - zero_point) * weights[tap,o]  =>
 * d_weights[tap,o] = sum over p of d_output[p,o] * (input[q,c] - zero_point) */
KERNEL_INLINE void weight_sums(const struct depthwise_conv2d_shape *shape,
                               const struct positions *at, int32_t zero_point, const int8_t *input,
                               const int16_t *d_output, int32_t block, int32_t *sum) {
    const int32_t x_step = shape->stride_width * shape->input_channels;
    const int32_t columns = at->columns.end - at->columns.begin;
    int32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
    for (int32_t oy = at->rows.begin; oy < at->rows.end; oy++) {
        int32_t y = oy * shape->stride_height + at->offset_y;
        int32_t x = at->columns.begin * shape->stride_width + at->offset_x;
        const int8_t *in = input + (y * shape->input_width + x) * shape->input_channels;
        const int16_t *d =
            d_output + (oy * shape->output_width + at->columns.begin) * shape->output_channels;
        for (int32_t i = 0; i < columns; i++) {
            s0 = multiply_accumulate(s0, d[0], in[0] - zero_point);
            if (block == 4) {
                s1 = multiply_accumulate(s1, d[1], in[1] - zero_point);
                s2 = multiply_accumulate(s2, d[2], in[2] - zero_point);
                s3 = multiply_accumulate(s3, d[3], in[3] - zero_point);
            }
            in += x_step;
            d += shape->output_channels;
        }
    }
    sum[0] = s0, sum[1] = s1, sum[2] = s2, sum[3] = s3;
}

void depthwise_conv2d_s8_update_weights(const struct depthwise_conv2d_shape *shape,
                                        const struct update_stage *stage,
                                        const struct step_update *update, int32_t input_zero_point,
                                        const int8_t *input, const int16_t *d_output,
                                        const struct error_range *d_output_range, int16_t *scratch,
                                        struct weight_planes planes, struct update_counts *counts) {
    (void)scratch;
    const int32_t taps = shape->kernel_height * shape->kernel_width;
    for (int32_t tap = 0; tap < taps; tap++) {
        struct positions at;
        at.offset_y = tap / shape->kernel_width * shape->dilation_height - shape->pad_top;
        at.offset_x = tap % shape->kernel_width * shape->dilation_width - shape->pad_left;
        at.rows = windows_inside(at.offset_y, shape->stride_height, shape->output_height,
                                 shape->input_height);
        at.columns = windows_inside(at.offset_x, shape->stride_width, shape->output_width,
                                    shape->input_width);
        int32_t block;
        for (int32_t o = 0; o < shape->trained_channels; o += block) {
            int32_t sum[4] = {0, 0, 0, 0};
            block = block_at(shape, shape->trained_channels - o);
            const int8_t *in = input + o / shape->multiplier;
            if (block == 4) {
                weight_sums(shape, &at, input_zero_point, in, d_output + o, 4, sum);
            } else {
                weight_sums(shape, &at, input_zero_point, in, d_output + o, 1, sum);
            }
            for (int32_t k = 0; k < block; k++) {
                struct update_factor factor =
                    update_factor_of(stage, o + k, update, d_output_range);
                weights_update(1, &sum[k], factor, update, &planes,
                               tap * shape->trained_channels + o + k, counts);
            }
        }
    }
}
