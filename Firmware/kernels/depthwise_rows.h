/* What the kernels of a depthwise layer share: where a channel's weights lie, and how its maps are
 * cut into bands of rows (channel_rows.h). */
#ifndef FIELDTUNE_DEPTHWISE_ROWS_H
#define FIELDTUNE_DEPTHWISE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "channel_rows.h"
#include "depthwise_conv2d.h"

static inline int32_t smaller_of(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static inline int32_t larger_of(int32_t a, int32_t b) {
    return a > b ? a : b;
}

/* The weight of one output channel at tap t is weights[t * tap_step]. */
struct channel_weights {
    const int8_t *weights;
    int32_t tap_step;
};

static inline struct channel_weights channel_weights_at(const struct depthwise_conv2d_shape *shape,
                                                        struct weights_s8 weights, int32_t o) {
    int32_t trained = shape->trained_channels;
    if (o < trained) {
        return (struct channel_weights){weights.trained + o, trained};
    }
    return (struct channel_weights){weights.frozen + (o - trained),
                                    shape->output_channels - trained};
}

/* How many of the channels from o on have their weights in the same plane: 1 or 2, if `count` is 2.
 */
static inline int32_t channels_of_one_plane(const struct depthwise_conv2d_shape *shape, int32_t o,
                                            int32_t count) {
    return o + 1 == shape->trained_channels ? 1 : count;
}

/* Whether channels can be taken apart: the rest, which is rare, goes output by output. */
static inline bool depthwise_goes_by_rows(const struct depthwise_conv2d_shape *shape) {
    return shape->multiplier == 1 && shape->dilation_height == 1 && shape->dilation_width == 1 &&
           shape->kernel_height <= 7 && shape->kernel_width <= 7 && shape->stride_width <= 2;
}

/* Sums are made of `rows` rows at a time, about 96 of them. Scratch holds, in this order: the taps
 * of two channels, the sums of one, a band of rows of two. */
struct depthwise_rows {
    bool is_three_by_three, slides; /* as in channel_rows.h */
    int32_t rows;
    int32_t taps, sums; /* words; taps of one channel */
    int32_t capacity, pitch;
};

static inline int32_t rows_at_once(int32_t height, int32_t width) {
    return larger_of(1, smaller_of(height, 96 / width));
}

static inline int32_t multiple_of_four(int32_t count) {
    return (count + 3) & ~3;
}

static inline int32_t even(int32_t count) {
    return (count + 1) & ~1;
}

static inline bool depthwise_is_three_by_three(const struct depthwise_conv2d_shape *shape) {
    return correlation_is_three_by_three(shape->kernel_height, shape->kernel_width,
                                         shape->stride_height, shape->stride_width);
}

/* Pitch of rows of `width` elements behind `left` zeros, with `count` windows of three. */
static inline int32_t three_by_three_pitch(int32_t left, int32_t width, int32_t count) {
    return even(larger_of(left + width, count + 2 - left));
}

/* The bands of the input that rows of the output read. */
static inline struct depthwise_rows depthwise_rows_of(const struct depthwise_conv2d_shape *shape) {
    int32_t rows = rows_at_once(shape->output_height, shape->output_width);
    int32_t width = tap_row_width(shape->kernel_width);
    int32_t read = multiple_of_four(shape->output_width) * shape->stride_width + width;
    struct depthwise_rows plan = {
        .is_three_by_three = depthwise_is_three_by_three(shape),
        .slides = rows < shape->output_height,
        .rows = rows,
        .taps = shape->kernel_height * (width - 1),
        .sums = rows * shape->output_width + 3,
        .capacity = smaller_of(shape->input_height,
                               (rows - 1) * shape->stride_height + shape->kernel_height),
        .pitch = even(larger_of(shape->pad_left + shape->input_width, read)),
    };
    if (plan.is_three_by_three) {
        plan.capacity = rows + 2;
        plan.pitch = three_by_three_pitch(shape->pad_left, shape->input_width, shape->output_width);
    }
    return plan;
}

/* Where the band lies in scratch. */
static inline struct channel_rows band_of(const struct depthwise_rows *plan, int32_t left,
                                          int16_t *scratch) {
    return (struct channel_rows){
        .slides = plan->slides,
        .rows = scratch + 2 * (2 * plan->taps + plan->sums),
        .plane = channel_rows_plane(plan->capacity, plan->pitch),
        .pitch = plan->pitch,
        .left = left,
    };
}

/* Elements. */
static inline int32_t depthwise_rows_scratch(struct depthwise_rows plan) {
    return 2 * (2 * plan.taps + plan.sums + channel_rows_plane(plan.capacity, plan.pitch));
}

/* Input rows that output rows oy ... end - 1 read: those that there are or, of three by
 * three, all. */
static inline int32_t input_rows_begin(const struct depthwise_conv2d_shape *shape,
                                       const struct depthwise_rows *plan, int32_t oy) {
    int32_t begin = oy * shape->stride_height - shape->pad_top;
    return plan->is_three_by_three ? begin : larger_of(0, begin);
}

static inline int32_t input_rows_end(const struct depthwise_conv2d_shape *shape,
                                     const struct depthwise_rows *plan, int32_t end) {
    int32_t rows_end = (end - 1) * shape->stride_height - shape->pad_top + shape->kernel_height;
    return plan->is_three_by_three ? rows_end : smaller_of(shape->input_height, rows_end);
}

#endif
