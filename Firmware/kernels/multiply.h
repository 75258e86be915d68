/* Product of two tensors of codes with scales of their own, with its gradient, and the gradient of
 * an operand that was repeated in a sum. */
#ifndef FIELDTUNE_MULTIPLY_H
#define FIELDTUNE_MULTIPLY_H

#include <stdint.h>

#include "broadcast.h"
#include "error_range.h"

struct multiply_stage {
    int32_t a_zero_point, b_zero_point, output_zero_point;
    int32_t multiplier, left_shift; /* a scale * b scale / output scale */
    int32_t minimum, maximum;
};

/* `output` may be an operand that is not repeated. */
void multiply_s8(const struct broadcast_shape *shape, const struct multiply_stage *stage,
                 const int8_t *a, const int8_t *b, int8_t *output);

/* factor: codes of the other operand; the stage holds its scale. `d_input` may be `d_output` where
 * nothing is repeated. */
void multiply_s8_backward(const struct broadcast_gradient_shape *shape,
                          const struct error_stage *stage, int32_t factor_zero_point,
                          const int16_t *d_output, const struct error_range *d_output_range,
                          const int8_t *factor, int16_t *d_input,
                          struct error_range *d_input_range);

/* y = sign * x + ...; sign is 1 or -1. `d_input` may be `d_output` where nothing is repeated. */
void broadcast_s16_backward(const struct broadcast_gradient_shape *shape,
                            const struct error_stage *stage, int32_t sign, const int16_t *d_output,
                            const struct error_range *d_output_range, int16_t *d_input,
                            struct error_range *d_input_range);

#endif
