/* Mean over height and width with quantizations of their own. Its gradient:
 * `average_pool2d_s8_backward`. */
#ifndef FIELDTUNE_MEAN_H
#define FIELDTUNE_MEAN_H

#include <stdint.h>

struct mean_shape {
    int32_t positions; /* height * width */
    int32_t channels;
};

struct mean_stage {
    int32_t input_zero_point, output_zero_point;
    /* input scale / output scale / positions as TFLite folds it: (multiplier << s) / positions. */
    int32_t multiplier, left_shift;
};

/* input (positions, C), output (C). */
void mean_s8(const struct mean_shape *shape, const struct mean_stage *stage, const int8_t *input,
             int8_t *output);

#endif
