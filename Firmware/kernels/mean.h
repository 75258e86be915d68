/* Mean over neighbouring dimensions with quantizations of their own. Its gradient:
 * `average_pool2d_s8_backward` over (outer, count, inner) with a window of `count` columns. */
#ifndef FIELDTUNE_MEAN_H
#define FIELDTUNE_MEAN_H

#include <stdint.h>

struct mean_shape {
    int32_t outer; /* product of the dimensions in front of those averaged */
    int32_t count; /* product of those averaged */
    int32_t inner; /* product of those behind */
};

struct mean_stage {
    int32_t input_zero_point, output_zero_point;
    /* input scale / output scale / count as TFLite folds it: (multiplier << s) / count. */
    int32_t multiplier, left_shift;
};

/* input (outer, count, inner), output (outer, inner). */
void mean_s8(const struct mean_shape *shape, const struct mean_stage *stage, const int8_t *input,
             int8_t *output);

#endif
