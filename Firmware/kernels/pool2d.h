/* Shape of the pooling kernels: windows over height and width, batch 1, NHWC. */
#ifndef FIELDTUNE_POOL2D_H
#define FIELDTUNE_POOL2D_H

#include <stdint.h>

struct pool2d_shape {
    int32_t input_height, input_width, channels;
    int32_t output_height, output_width;
    int32_t kernel_height, kernel_width;
    int32_t stride_height, stride_width;
    int32_t pad_top, pad_left;
};

/* The fused activation as output codes. */
struct clamp_stage {
    int32_t minimum, maximum;
};

#endif
