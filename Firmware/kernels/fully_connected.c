#include "fully_connected.h"

#include <stddef.h>

#include "conv2d_forward.h"

void fully_connected_s8(const struct dense_shape *shape, const struct output_stage *stage,
                        const int8_t *input, struct weights_s8 weights, const int32_t *bias,
                        int16_t *scratch, int8_t *output) {
    struct conv2d_shape pointwise = fully_connected_as_conv2d(shape);
    conv2d_forward(&pointwise, stage, true, input, weights, bias, scratch, output, NULL);
}

void fully_connected_s8_accumulate(const struct dense_shape *shape,
                                   const struct output_stage *stage, const int8_t *input,
                                   struct weights_s8 weights, const int32_t *bias, int16_t *scratch,
                                   int32_t *accumulators) {
    struct conv2d_shape pointwise = fully_connected_as_conv2d(shape);
    conv2d_forward(&pointwise, stage, true, input, weights, bias, scratch, NULL, accumulators);
}
