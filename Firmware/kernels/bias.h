/* Update of a trained bias, for every layer with weights. */
#ifndef FIELDTUNE_BIAS_H
#define FIELDTUNE_BIAS_H

#include <stdint.h>

#include "update.h"

struct bias_shape {
    int32_t positions; /* output pixels or rows */
    int32_t channels;
};

/* d_output (positions, channels), bias (channels): b -= rate * sum over positions. */
void bias_s32_update(const struct bias_shape *shape, const struct update_stage *stage,
                     struct step_rate rate, const int16_t *d_output,
                     const struct error_range *d_output_range, int32_t *bias,
                     struct update_counts *counts);

#endif
