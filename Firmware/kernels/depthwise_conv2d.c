#include "depthwise_conv2d.h"

#include <stddef.h>

#include "depthwise_rows.h"
#include "inner_product.h"
#include "window.h"

int32_t depthwise_conv2d_scratch(const struct depthwise_conv2d_shape *shape) {
    return depthwise_goes_by_rows(shape) ? depthwise_rows_scratch(depthwise_rows_of(shape)) : 0;
}

/* Codes of one channel's pixels, which lie `step` apart in the output. */
static void store_codes(const struct output_stage *stage, int32_t channel, const int32_t *sums,
                        int32_t count, int32_t step, int8_t *output) {
    const int32_t multiplier = stage->multiplier[channel];
    const int32_t left_shift = stage->left_shift[channel];
    for (; count > 0; count--) {
        *output = output_code(requantize(*sums++, multiplier, left_shift),
                              stage->output_zero_point, stage->minimum, stage->maximum);
        output += step;
    }
}

static void store_accumulators(const int32_t *sums, int32_t count, int32_t step,
                               int32_t *accumulators) {
    for (; count > 0; count--) {
        *accumulators = *sums++;
        accumulators += step;
    }
}

/* Writes codes to `output` or, where that is NULL, sums to `accumulators`. */
struct destination {
    const struct output_stage *stage;
    const int32_t *bias;
    int8_t *output;
    int32_t *accumulators;
};

static void store(const struct destination *to, int32_t channel, const int32_t *sums, int32_t first,
                  int32_t count, int32_t channels) {
    int32_t at = first * channels + channel;
    if (to->output == NULL) {
        store_accumulators(sums, count, channels, to->accumulators + at);
    } else {
        store_codes(to->stage, channel, sums, count, channels, to->output + at);
    }
}

/* One output at a time: any multiplier, dilation, stride and kernel.
 * |sum - bias| <= KH*KW * 255 * 128 < 2^31 for up to 65,793 taps. */
static void forward_any(const struct depthwise_conv2d_shape *shape, struct destination to,
                        const int8_t *input, struct weights_s8 weights) {
    for (int32_t oy = 0; oy < shape->output_height; oy++) {
        int32_t y = oy * shape->stride_height - shape->pad_top;
        struct span rows =
            taps_inside(y, shape->dilation_height, shape->kernel_height, shape->input_height);
        for (int32_t ox = 0; ox < shape->output_width; ox++) {
            int32_t x = ox * shape->stride_width - shape->pad_left;
            struct span columns =
                taps_inside(x, shape->dilation_width, shape->kernel_width, shape->input_width);
            for (int32_t o = 0; o < shape->output_channels; o++) {
                struct channel_weights w = channel_weights_at(shape, weights, o);
                int32_t sum = bias_start(to.bias[o], to.stage->bias_fraction_bits);
                for (int32_t ky = rows.begin; ky < rows.end; ky++) {
                    for (int32_t kx = columns.begin; kx < columns.end; kx++) {
                        int32_t pixel = (y + ky * shape->dilation_height) * shape->input_width + x +
                                        kx * shape->dilation_width;
                        int32_t code = input[pixel * shape->input_channels + o / shape->multiplier];
                        sum = multiply_accumulate(
                            sum, code - to.stage->input_zero_point,
                            w.weights[(ky * shape->kernel_width + kx) * w.tap_step]);
                    }
                }
                store(&to, o, &sum, oy * shape->output_width + ox, 1, shape->output_channels);
            }
        }
    }
}

/* Output rows oy ... end - 1 of channel k of the band. */
static void correlate_channel(const struct depthwise_conv2d_shape *shape,
                              const struct channel_rows *band, int32_t k, int32_t oy, int32_t end,
                              const uint32_t *taps, int32_t start, int32_t *sums) {
    const struct correlation how = {.row_step = 2 * band->pitch,
                                    .width = tap_row_width(shape->kernel_width),
                                    .stride = shape->stride_width,
                                    .sum_step = 1};
    for (; oy < end; oy++) {
        int32_t y = oy * shape->stride_height - shape->pad_top;
        struct span rows = taps_inside(y, 1, shape->kernel_height, shape->input_height);
        const int16_t *x = band->rows + ((y + rows.begin - band->first) * 2 + k) * band->pitch;
        channel_rows_correlate(&how, x, rows.end - rows.begin,
                               taps + rows.begin * (how.width - 1), start, shape->output_width,
                               sums);
        sums += shape->output_width;
    }
}

static void pack_taps(const struct depthwise_conv2d_shape *shape, struct channel_weights w,
                      uint32_t *taps) {
    const int32_t width = tap_row_width(shape->kernel_width);
    for (int32_t ky = 0; ky < shape->kernel_height; ky++) {
        taps = tap_row_pack(taps, width, w.weights, w.tap_step, shape->kernel_width);
        w.weights += shape->kernel_width * w.tap_step;
    }
}

static void forward_by_rows(const struct depthwise_conv2d_shape *shape, struct destination to,
                            const int8_t *input, struct weights_s8 weights, int16_t *scratch) {
    const struct depthwise_rows plan = depthwise_rows_of(shape);
    const struct channel_map map = {shape->input_width, shape->input_channels};
    uint32_t *taps = (uint32_t *)(void *)scratch;
    int32_t *sums = (int32_t *)(void *)scratch + 2 * plan.taps;
    struct channel_rows band = {.rows = scratch + 2 * (2 * plan.taps + plan.sums),
                                .pitch = plan.pitch,
                                .left = shape->pad_left};
    channel_rows_clear(&band, plan.capacity);
    int32_t count;
    for (int32_t c = 0; c < shape->output_channels; c += count) {
        count = c + 1 < shape->output_channels ? 2 : 1;
        for (int32_t k = 0; k < count; k++) {
            pack_taps(shape, channel_weights_at(shape, weights, c + k), taps + k * plan.taps);
        }
        band.first = band.end = 0;
        int32_t end;
        for (int32_t oy = 0; oy < shape->output_height; oy = end) {
            end = smaller_of(oy + plan.rows, shape->output_height);
            channel_rows_drop(&band, input_rows_begin(shape, oy));
            channel_rows_append_codes(&band, &map, input + c, count, to.stage->input_zero_point,
                                      input_rows_end(shape, end));
            for (int32_t k = 0; k < count; k++) {
                int32_t start = bias_start(to.bias[c + k], to.stage->bias_fraction_bits);
                correlate_channel(shape, &band, k, oy, end, taps + k * plan.taps, start, sums);
                store(&to, c + k, sums, oy * shape->output_width, (end - oy) * shape->output_width,
                      shape->output_channels);
            }
        }
    }
}

static void forward(const struct depthwise_conv2d_shape *shape, struct destination to,
                    const int8_t *input, struct weights_s8 weights, int16_t *scratch) {
    if (depthwise_goes_by_rows(shape)) {
        forward_by_rows(shape, to, input, weights, scratch);
    } else {
        forward_any(shape, to, input, weights);
    }
}

void depthwise_conv2d_s8(const struct depthwise_conv2d_shape *shape,
                         const struct output_stage *stage, const int8_t *input,
                         struct weights_s8 weights, const int32_t *bias, int16_t *scratch,
                         int8_t *output) {
    struct destination to = {stage, bias, output, NULL};
    forward(shape, to, input, weights, scratch);
}

void depthwise_conv2d_s8_accumulate(const struct depthwise_conv2d_shape *shape,
                                    const struct output_stage *stage, const int8_t *input,
                                    struct weights_s8 weights, const int32_t *bias,
                                    int16_t *scratch, int32_t *accumulators) {
    struct destination to = {stage, bias, NULL, accumulators};
    forward(shape, to, input, weights, scratch);
}
