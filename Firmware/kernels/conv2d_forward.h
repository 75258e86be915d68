/* The forward pass of convolutions, which dense layers share: a row of theirs is a position. */
#ifndef FIELDTUNE_CONV2D_FORWARD_H
#define FIELDTUNE_CONV2D_FORWARD_H

#include <stdbool.h>

#include "conv2d.h"

/* Writes codes to `output`, rounded once or twice, or sums to `accumulators` where that is NULL.
 * `scratch` holds conv2d_scratch int16. */
void conv2d_forward(const struct conv2d_shape *shape, const struct output_stage *stage,
                    bool rounds_once, const int8_t *input, struct weights_s8 weights,
                    const int32_t *bias, int16_t *scratch, int8_t *output, int32_t *accumulators);

#endif
