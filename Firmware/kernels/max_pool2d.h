/* Maximum over windows; padding does not count. */
#ifndef FIELDTUNE_MAX_POOL2D_H
#define FIELDTUNE_MAX_POOL2D_H

#include <stdint.h>

#include "error_range.h"
#include "pool2d.h"

/* input (H,W,C), output (OH,OW,C). index (OH,OW,C), or NULL: row * kernel_width + column, within
 * the window, of its first maximum. */
void max_pool2d_s8(const struct pool2d_shape *shape, const struct clamp_stage *clamp,
                   const int8_t *input, int8_t *output, uint8_t *index);

/* d_output, index (OH,OW,C) -> d_input (H,W,C); limit = 2^bits - 1 of d_input. */
void max_pool2d_s8_backward(const struct pool2d_shape *shape, int32_t limit,
                            const int16_t *d_output, const struct error_range *d_output_range,
                            const uint8_t *index, int16_t *d_input,
                            struct error_range *d_input_range);

#endif
