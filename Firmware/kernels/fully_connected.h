/* Fully connected layer over rows of int8 codes; it requantizes with one rounding, as TFLite. */
#ifndef FIELDTUNE_FULLY_CONNECTED_H
#define FIELDTUNE_FULLY_CONNECTED_H

#include <stdint.h>

#include "conv2d.h"
#include "error_range.h"
#include "output_stage.h"
#include "update.h"
#include "weights.h"

struct dense_shape {
    int32_t rows;
    int32_t input_channels;
    int32_t output_channels;
    int32_t trained_channels; /* of input_channels */
};

/* A dense layer is a convolution without taps around it. */
static inline struct conv2d_shape fully_connected_as_conv2d(const struct dense_shape *shape) {
    return (struct conv2d_shape){
        .input_height = 1,
        .input_width = shape->rows,
        .input_channels = shape->input_channels,
        .output_height = 1,
        .output_width = shape->rows,
        .output_channels = shape->output_channels,
        .kernel_height = 1,
        .kernel_width = 1,
        .stride_height = 1,
        .stride_width = 1,
        .dilation_height = 1,
        .dilation_width = 1,
        .pad_top = 0,
        .pad_left = 0,
        .trained_channels = shape->trained_channels,
    };
}

/* Elements of `scratch` below: as of the convolution. */
static inline int32_t fully_connected_scratch(const struct dense_shape *shape) {
    struct conv2d_shape pointwise = fully_connected_as_conv2d(shape);
    return conv2d_scratch(&pointwise);
}

/* The same with its positions below each other: gradients of weights take a map by rows. */
static inline struct conv2d_shape fully_connected_pointwise(const struct dense_shape *shape) {
    struct conv2d_shape column = fully_connected_as_conv2d(shape);
    column.input_height = column.output_height = shape->rows;
    column.input_width = column.output_width = 1;
    return column;
}

/* input (rows,I), bias (O), output (rows,O); the frozen plane in panels of output channels. */
void fully_connected_s8(const struct dense_shape *shape, const struct output_stage *stage,
                        const int8_t *input, struct weights_s8 weights, const int32_t *bias,
                        int16_t *scratch, int8_t *output);

/* The same up to the accumulators (rows,O). */
void fully_connected_s8_accumulate(const struct dense_shape *shape,
                                   const struct output_stage *stage, const int8_t *input,
                                   struct weights_s8 weights, const int32_t *bias, int16_t *scratch,
                                   int32_t *accumulators);

/* Elements of `scratch` below: the prescaled errors of one row. */
static inline int32_t fully_connected_backward_scratch(const struct dense_shape *shape) {
    return shape->output_channels;
}

/* d_output (rows,O) -> d_input (rows,I). `scratch` holds fully_connected_backward_scratch int16. */
void fully_connected_s8_backward_input(const struct dense_shape *shape,
                                       const struct error_stage *stage, const int16_t *d_output,
                                       const struct error_range *d_output_range,
                                       struct weights_s8 weights, int16_t *scratch,
                                       int16_t *d_input, struct error_range *d_input_range);

/* Halfwords of what the kernel notes, or of the shape of a pointwise convolution. */
enum { ROW_NOTES = 80 };

/* Elements of `scratch` below: notes; of one row, six for each group of four inputs and the counts of 257
 * values; of several, those of a convolution. */
static inline int32_t fully_connected_update_scratch(const struct dense_shape *shape) {
    const struct conv2d_shape pointwise = fully_connected_pointwise(shape);
    return ROW_NOTES + (shape->rows == 1 ? shape->trained_channels / 4 * 6 + 257
                                         : conv2d_update_scratch(&pointwise));
}

/* One step of the trained plane: input (rows,I), planes (O,trained). */
void fully_connected_s8_update_weights(const struct dense_shape *shape,
                                       const struct update_stage *stage,
                                       const struct step_update *update, int32_t input_zero_point,
                                       const int8_t *input, const int16_t *d_output,
                                       const struct error_range *d_output_range, int16_t *scratch,
                                       struct weight_planes planes, struct update_counts *counts);

#endif
