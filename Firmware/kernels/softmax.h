/* Softmax over rows of int8 codes, TFLite's fixed point (output scale 1/256, zero point -128). */
#ifndef FIELDTUNE_SOFTMAX_H
#define FIELDTUNE_SOFTMAX_H

#include <stdint.h>

struct softmax_shape {
    int32_t rows;
    int32_t channels;
};

struct softmax_stage {
    int32_t multiplier, left_shift; /* beta * input scale * 2^26 */
    int32_t difference_minimum;     /* codes below max + this become 0 */
};

/* input, output (rows, C). May be the same memory. */
void softmax_s8(const struct softmax_shape *shape, const struct softmax_stage *stage,
                const int8_t *input, int8_t *output);

#endif
