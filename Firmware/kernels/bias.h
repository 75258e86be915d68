/* Update of a trained bias, for every layer with weights. */
#ifndef FIELDTUNE_BIAS_H
#define FIELDTUNE_BIAS_H

#include <stdint.h>

#include "update.h"

struct bias_shape {
    int32_t positions; /* output pixels or rows */
    int32_t channels;
};

/* d_output (positions, channels), bias and velocity (channels): b -= rate * sum over positions, by
 * way of the velocity where that is not null. */
void bias_s32_update(const struct bias_shape *shape, const struct update_stage *stage,
                     const struct step_update *update, const int16_t *d_output,
                     const struct error_range *d_output_range, int32_t *bias, int32_t *velocity,
                     struct update_counts *counts);

#endif
