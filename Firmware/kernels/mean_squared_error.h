/* Mean squared error of a regression or an autoencoder on its accumulators, in integers
 * (SEMANTICS.md, "Loss"). Outputs and targets meet in the exported output's code units, Q16, zero
 * point taken off. */
#ifndef FIELDTUNE_MEAN_SQUARED_ERROR_H
#define FIELDTUNE_MEAN_SQUARED_ERROR_H

#include <stdint.h>

#include "error_range.h"

struct squared_error_shape {
    int32_t count; /* elements, at most 65,535 */
    int32_t channels;
};

struct squared_error_stage {
    const int32_t *multiplier; /* for each channel: one accumulator unit in code units, Q16 */
    const int16_t *shift;
    int32_t error_multiplier; /* from a difference to the real error 2 * difference / count */
    int32_t error_shift;
    int32_t loss_multiplier; /* from the sum of squared Q8 differences to the loss in Q16 */
    int32_t loss_shift;
    int32_t limit; /* 2^bits - 1 of the error */
};

/* How a sample's codes become code units of the output. */
struct sample_stage {
    int32_t zero_point;
    int32_t multiplier;
    int32_t shift;
};

/* output (count) -> error (count), or NULL in evaluation. `target`: codes with 8 fraction bits.
 * Returns the loss in squares of the output's unit, Q16, saturated. */
int32_t mean_squared_error_s32(const struct squared_error_shape *shape,
                               const struct squared_error_stage *stage, const int32_t *output,
                               int32_t zero_point, const int16_t *target, struct error_range *range,
                               int16_t *error);

/* The same against the sample itself. */
int32_t reconstruction_error_s32(const struct squared_error_shape *shape,
                                 const struct squared_error_stage *stage, const int32_t *output,
                                 const struct sample_stage *sample, const int8_t *input,
                                 struct error_range *range, int16_t *error);

#endif
