/* Mean over windows; padding does not count. Input and output have one quantization. */
#ifndef FIELDTUNE_AVERAGE_POOL2D_H
#define FIELDTUNE_AVERAGE_POOL2D_H

#include <stdint.h>

#include "error_range.h"
#include "pool2d.h"

/* input (H,W,C), output (OH,OW,C). */
void average_pool2d_s8(const struct pool2d_shape *shape, const struct clamp_stage *clamp,
                       const int8_t *input, int8_t *output);

/* d_output (OH,OW,C) -> d_input (H,W,C); also the gradient of `mean_s8`, whose window is the whole
 * map. The stage's factor is 1 / (cells of the smallest window inside the map). */
void average_pool2d_s8_backward(const struct pool2d_shape *shape, const struct error_stage *stage,
                                const int16_t *d_output, const struct error_range *d_output_range,
                                int16_t *d_input, struct error_range *d_input_range);

#endif
