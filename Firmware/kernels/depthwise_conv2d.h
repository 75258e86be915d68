/* Depthwise convolution, batch 1, NHWC, int8 codes. Output channel o reads input channel
 * o / multiplier. */
#ifndef FIELDTUNE_DEPTHWISE_CONV2D_H
#define FIELDTUNE_DEPTHWISE_CONV2D_H

#include <stdint.h>

#include "error_range.h"
#include "output_stage.h"
#include "row_stream.h"
#include "update.h"
#include "weights.h"

struct depthwise_conv2d_shape {
    int32_t input_height, input_width, input_channels;
    int32_t output_height, output_width, output_channels; /* input_channels * multiplier */
    int32_t multiplier;
    int32_t kernel_height, kernel_width;
    int32_t stride_height, stride_width;
    int32_t dilation_height, dilation_width;
    int32_t pad_top, pad_left;
    int32_t trained_channels; /* of output_channels */
};

/* The shape of one output row, which reads only the rows of its window. */
static inline struct depthwise_conv2d_shape
depthwise_conv2d_row(const struct depthwise_conv2d_shape *shape, const struct row_step *row) {
    struct depthwise_conv2d_shape one = *shape;
    one.input_height = row->input_rows;
    one.output_height = 1;
    one.pad_top = row->pad_top;
    return one;
}

/* Elements of `scratch` that the kernels below ask for. Those of a row of a shape are never more
 * than those of the shape. Scratch lies at a multiple of 8 bytes. */
int32_t depthwise_conv2d_scratch(const struct depthwise_conv2d_shape *shape);
int32_t depthwise_conv2d_backward_scratch(const struct depthwise_conv2d_shape *shape);
int32_t depthwise_conv2d_update_scratch(const struct depthwise_conv2d_shape *shape);

/* input (H,W,I), bias (O), output (OH,OW,O). */
void depthwise_conv2d_s8(const struct depthwise_conv2d_shape *shape,
                         const struct output_stage *stage, const int8_t *input,
                         struct weights_s8 weights, const int32_t *bias, int16_t *scratch,
                         int8_t *output);

/* The same up to the accumulators (OH,OW,O). */
void depthwise_conv2d_s8_accumulate(const struct depthwise_conv2d_shape *shape,
                                    const struct output_stage *stage, const int8_t *input,
                                    struct weights_s8 weights, const int32_t *bias,
                                    int16_t *scratch, int32_t *accumulators);

/* d_output (OH,OW,O) -> d_input (H,W,I). */
void depthwise_conv2d_s8_backward_input(const struct depthwise_conv2d_shape *shape,
                                        const struct error_stage *stage, const int16_t *d_output,
                                        const struct error_range *d_output_range,
                                        struct weights_s8 weights, int16_t *scratch,
                                        int16_t *d_input, struct error_range *d_input_range);

/* One step of the trained plane: input (H,W,I), planes (KH,KW,trained). */
void depthwise_conv2d_s8_update_weights(const struct depthwise_conv2d_shape *shape,
                                        const struct update_stage *stage,
                                        const struct step_update *update, int32_t input_zero_point,
                                        const int8_t *input, const int16_t *d_output,
                                        const struct error_range *d_output_range, int16_t *scratch,
                                        struct weight_planes planes, struct update_counts *counts);

#endif
