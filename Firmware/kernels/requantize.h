/* Accumulators of a split head to output codes. */
#ifndef FIELDTUNE_REQUANTIZE_H
#define FIELDTUNE_REQUANTIZE_H

#include <stdint.h>

#include "output_stage.h"

struct requantize_shape {
    int32_t rows;
    int32_t channels;
};

/* As a convolution rounds (twice). accumulators, output (rows, C). */
void requantize_s32_s8(const struct requantize_shape *shape, const struct output_stage *stage,
                       const int32_t *accumulators, int8_t *output);

/* As a fully connected layer rounds (once). */
void requantize_once_s32_s8(const struct requantize_shape *shape, const struct output_stage *stage,
                            const int32_t *accumulators, int8_t *output);

#endif
