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
    for (; count > 0; count--) {
        *output =
            output_code(requantize(*sums++, stage->multiplier[channel], stage->left_shift[channel]),
                        stage->output_zero_point, stage->minimum, stage->maximum);
        output += step;
    }
}

static void store_codes_quickly(const struct quick_channel *quick, const int32_t *sums,
                                uint32_t count, int32_t step, int8_t *output) {
    for (uint32_t fours = count / 4; fours > 0; fours--) {
        output[0] = quick_code(quick, sums[0]);
        output[step] = quick_code(quick, sums[1]);
        output += 2 * step;
        output[0] = quick_code(quick, sums[2]);
        output[step] = quick_code(quick, sums[3]);
        output += 2 * step;
        sums += 4;
    }
    for (uint32_t rest = count % 4; rest > 0; rest--) {
        *output = quick_code(quick, *sums++);
        output += step;
    }
}

/* A whole byte is the clamp of `quick_code`; what is narrower is done here. */
static void clamp_codes(const struct output_stage *stage, int32_t count, int32_t step,
                        int8_t *output) {
    for (; count > 0; count--) {
        *output = (int8_t)clamp_s32(*output, stage->minimum, stage->maximum);
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

/* The sums of one channel, from the output's pixel `first` on. */
static void store(const struct destination *to, int32_t channel, const int32_t *sums, int32_t first,
                  int32_t count, int32_t channels) {
    const struct output_stage *stage = to->stage;
    struct quick_channel quick;
    int32_t at = first * channels + channel;
    if (to->output == NULL) {
        store_accumulators(sums, count, channels, to->accumulators + at);
    } else if (!quick_channel_of(stage, channel, &quick)) {
        store_codes(stage, channel, sums, count, channels, to->output + at);
    } else {
        store_codes_quickly(&quick, sums, (uint32_t)count, channels, to->output + at);
        if (stage->minimum != INT8_MIN || stage->maximum != INT8_MAX) {
            clamp_codes(stage, count, channels, to->output + at);
        }
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

static void forward_by_rows(const struct depthwise_conv2d_shape *shape, struct destination to,
                            const int8_t *input, struct weights_s8 weights, int16_t *scratch) {
    const struct depthwise_rows plan = depthwise_rows_of(shape);
    const struct channel_map map = {shape->input_height, shape->input_width, shape->input_channels};
    uint32_t *taps = (uint32_t *)(void *)scratch;
    int32_t *sums = (int32_t *)(void *)scratch + 2 * plan.taps;
    struct channel_rows band = band_of(&plan, shape->pad_left, scratch);
    const struct correlation how = {
        .is_three_by_three = plan.is_three_by_three,
        .width = tap_row_width(shape->kernel_width),
        .stride = shape->stride_width,
        .kernel = shape->kernel_height,
        .height = shape->input_height,
        .row_stride = shape->stride_height,
        .pitch = plan.pitch,
        .count = shape->output_width,
        .sum_step = 1,
        .sum_row_step = shape->output_width,
    };
    channel_rows_clear(&band);
    int32_t count;
    for (int32_t c = 0; c < shape->output_channels; c += count) {
        count = c + 1 < shape->output_channels ? 2 : 1;
        int32_t together = channels_of_one_plane(shape, c, count);
        for (int32_t k = 0; k < count; k += together) {
            struct channel_weights w = channel_weights_at(shape, weights, c + k);
            const struct tap_rows rows = {
                .rows = shape->kernel_height,
                .count = shape->kernel_width,
                .width = how.width,
                .row_step = shape->kernel_width * w.tap_step,
                .step = w.tap_step,
            };
            tap_rows_pack(taps + k * plan.taps, plan.taps, &rows, w.weights, together);
        }
        channel_rows_begin(&band, input_rows_begin(shape, &plan, 0));
        int32_t end;
        for (int32_t oy = 0; oy < shape->output_height; oy = end) {
            end = smaller_of(oy + plan.rows, shape->output_height);
            channel_rows_drop(&band, input_rows_begin(shape, &plan, oy));
            channel_rows_append_codes(&band, &map, input + c, count, to.stage->input_zero_point,
                                      input_rows_end(shape, &plan, end));
            for (int32_t k = 0; k < count; k++) {
                int32_t start = bias_start(to.bias[c + k], to.stage->bias_fraction_bits);
                channel_rows_correlate(&how, channel_rows_map(&band, k),
                                       oy * shape->stride_height - shape->pad_top, end - oy,
                                       taps + k * plan.taps, start, sums);
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
