/* Convolution over height and width, batch 1, NHWC, int8 codes. */
#ifndef FIELDTUNE_CONV2D_H
#define FIELDTUNE_CONV2D_H

#include <stdbool.h>
#include <stdint.h>

#include "error_range.h"
#include "output_stage.h"
#include "panel_product.h"
#include "row_stream.h"
#include "update.h"
#include "weights.h"

struct conv2d_shape {
    int32_t input_height, input_width, input_channels;
    int32_t output_height, output_width, output_channels;
    int32_t kernel_height, kernel_width;
    int32_t stride_height, stride_width;
    int32_t dilation_height, dilation_width;
    int32_t pad_top, pad_left;
    int32_t trained_channels; /* of input_channels */
};

/* The two planes of the weights in turn. */
struct conv2d_plane {
    const int8_t *weights;
    int32_t first_channel;
    int32_t channels;
};

static inline struct conv2d_plane conv2d_plane_at(const struct conv2d_shape *shape,
                                                  struct weights_s8 weights, int32_t index) {
    int32_t trained = shape->trained_channels;
    if (index == 0) {
        return (struct conv2d_plane){weights.trained, 0, trained};
    }
    return (struct conv2d_plane){weights.frozen, trained, shape->input_channels - trained};
}

/* The shape of one output row, which reads only the rows of its window. */
static inline struct conv2d_shape conv2d_row(const struct conv2d_shape *shape,
                                             const struct row_step *row) {
    struct conv2d_shape one = *shape;
    one.input_height = row->input_rows;
    one.output_height = 1;
    one.pad_top = row->pad_top;
    return one;
}

/* Output positions that are computed together. */
static inline int32_t conv2d_block(const struct conv2d_shape *shape) {
    int32_t positions = shape->output_height * shape->output_width;
    return positions < POSITION_BLOCK ? 1 : POSITION_BLOCK;
}

/* Whether a plane's codes at one position lie in the map as the weights' columns want them. */
static inline bool conv2d_reads_in_place(const struct conv2d_shape *shape, int32_t channels) {
    return shape->kernel_height * shape->kernel_width == 1 && channels % COLUMN_GROUP == 0 &&
           shape->pad_top == 0 && shape->pad_left == 0 &&
           (shape->output_height - 1) * shape->stride_height < shape->input_height &&
           (shape->output_width - 1) * shape->stride_width < shape->input_width;
}

enum { CHANNEL_CHUNK = 32 };

/* Halfwords of the sums of a chunk of channels at a block of positions; channels go in pairs. */
static inline int32_t conv2d_sums(const struct conv2d_shape *shape) {
    int32_t channels = (shape->output_channels + 1) / 2 * 2;
    return 2 * conv2d_block(shape) * (channels < CHANNEL_CHUNK ? channels : CHANNEL_CHUNK);
}

/* Elements of `scratch` below: the packed operands of a block of positions, the gathered codes of
 * one plane, and sums. */
static inline int32_t conv2d_scratch(const struct conv2d_shape *shape) {
    int32_t taps = shape->kernel_height * shape->kernel_width;
    int32_t frozen_channels = shape->input_channels - shape->trained_channels;
    int32_t trained = column_groups(taps * shape->trained_channels);
    int32_t frozen = column_groups(taps * frozen_channels);
    int32_t gathered_trained = conv2d_reads_in_place(shape, shape->trained_channels) ? 0 : trained;
    int32_t gathered_frozen = conv2d_reads_in_place(shape, frozen_channels) ? 0 : frozen;
    int32_t gathered = gathered_trained > gathered_frozen ? gathered_trained : gathered_frozen;
    return conv2d_sums(shape) + conv2d_block(shape) * (trained + frozen) * COLUMN_GROUP +
           conv2d_block(shape) * gathered * (COLUMN_GROUP / 2);
}

/* input (H,W,I), bias (O), output (OH,OW,O); the frozen plane in panels of output channels. */
void conv2d_s8(const struct conv2d_shape *shape, const struct output_stage *stage,
               const int8_t *input, struct weights_s8 weights, const int32_t *bias,
               int16_t *scratch, int8_t *output);

/* The same up to the accumulators (OH,OW,O): the head before its loss. */
void conv2d_s8_accumulate(const struct conv2d_shape *shape, const struct output_stage *stage,
                          const int8_t *input, struct weights_s8 weights, const int32_t *bias,
                          int16_t *scratch, int32_t *accumulators);

/* The most taps of the kernel that read one input pixel. */
static inline int32_t conv2d_taps_reading(int32_t kernel, int32_t stride, int32_t dilation) {
    return dilation == 1 ? (kernel + stride - 1) / stride : kernel;
}

/* Errors that are gathered for one input pixel: a multiple of 4. */
static inline int32_t conv2d_backward_errors(const struct conv2d_shape *shape) {
    return conv2d_taps_reading(shape->kernel_height, shape->stride_height, shape->dilation_height) *
           conv2d_taps_reading(shape->kernel_width, shape->stride_width, shape->dilation_width) *
           ((shape->output_channels + 3) / 4 * 4);
}

/* Input pixels of a row that the gradient of the input takes at a time, a multiple of 4: more than
 * 4 so that packing trained weights pays. */
static inline int32_t conv2d_backward_pixels(const struct conv2d_shape *shape) {
    int32_t pixels = 2560 / conv2d_backward_errors(shape) / 4 * 4;
    return pixels < 4 || shape->trained_channels == 0 ? 4 : pixels > 32 ? 32 : pixels;
}

/* Panels of two trained channels that are packed at a time. */
static inline int32_t conv2d_backward_panels(const struct conv2d_shape *shape) {
    int32_t panels = 512 / conv2d_backward_errors(shape);
    return shape->trained_channels == 0 ? 0 : panels < 1 ? 1 : panels > 4 ? 4 : panels;
}

/* Channels whose sums are kept, and halfwords of what the kernel notes. */
enum { BACKWARD_CHANNELS = 32, BACKWARD_BLOCK = 104 };

/* Halfwords of the sums of a chunk of channels at four pixels; channels go in pairs. */
static inline int32_t conv2d_backward_sums(const struct conv2d_shape *shape) {
    int32_t channels = (shape->input_channels + 1) / 2 * 2;
    return 8 * (channels < BACKWARD_CHANNELS ? channels : BACKWARD_CHANNELS);
}

/* Elements of `scratch` below: notes, sums, the errors of these pixels, and packed weights. */
static inline int32_t conv2d_backward_scratch(const struct conv2d_shape *shape) {
    return BACKWARD_BLOCK + conv2d_backward_sums(shape) +
           (conv2d_backward_pixels(shape) + conv2d_backward_panels(shape)) *
               conv2d_backward_errors(shape);
}

/* d_output (OH,OW,O) -> d_input (H,W,I). `scratch` holds conv2d_backward_scratch int16. */
void conv2d_s8_backward_input(const struct conv2d_shape *shape, const struct error_stage *stage,
                              const int16_t *d_output, const struct error_range *d_output_range,
                              struct weights_s8 weights, int16_t *scratch, int16_t *d_input,
                              struct error_range *d_input_range);

/* Output rows whose positions the gradient of weights takes at a time: about 128 positions. */
static inline int32_t conv2d_update_rows(const struct conv2d_shape *shape) {
    int32_t rows = 128 / shape->output_width;
    return rows < 1 ? 1 : rows < shape->output_height ? rows : shape->output_height;
}

/* Four columns of these positions, an even number of them. */
static inline int32_t conv2d_update_columns(const struct conv2d_shape *shape) {
    return (conv2d_update_rows(shape) * shape->output_width + 1) / 2 * 8;
}

/* Elements of `scratch` below: the columns, and the sums of four weights of each output channel
 * where the map is taken in parts. */
static inline int32_t conv2d_update_scratch(const struct conv2d_shape *shape) {
    int32_t parts = conv2d_update_rows(shape) < shape->output_height;
    int32_t channels = (shape->output_channels + 1) / 2 * 2;
    return conv2d_update_columns(shape) + (parts ? channels * 4 * 2 : 0);
}

/* One step of the trained plane. Only the first trained_channels of each input pixel are read.
 * input (H,W,I), planes (O,KH,KW,trained). */
void conv2d_s8_update_weights(const struct conv2d_shape *shape, const struct update_stage *stage,
                              const struct step_update *update, int32_t input_zero_point,
                              const int8_t *input, const int16_t *d_output,
                              const struct error_range *d_output_range, int16_t *scratch,
                              struct weight_planes planes, struct update_counts *counts);

#endif
