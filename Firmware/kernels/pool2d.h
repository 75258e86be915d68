/* Shape of the pooling kernels: windows over height and width, batch 1, NHWC. */
#ifndef FIELDTUNE_POOL2D_H
#define FIELDTUNE_POOL2D_H

#include <stdint.h>

#include "row_stream.h"

struct pool2d_shape {
    int32_t input_height, input_width, channels;
    int32_t output_height, output_width;
    int32_t kernel_height, kernel_width;
    int32_t stride_height, stride_width;
    int32_t pad_top, pad_left;
};

/* The shape of one output row, which reads only the rows of its window. */
static inline struct pool2d_shape pool2d_row(const struct pool2d_shape *shape,
                                             const struct row_step *row) {
    struct pool2d_shape one = *shape;
    one.input_height = row->input_rows;
    one.output_height = 1;
    one.pad_top = row->pad_top;
    return one;
}

/* The fused activation as output codes. */
struct clamp_stage {
    int32_t minimum, maximum;
};

#endif
