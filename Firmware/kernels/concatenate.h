/* Tensors one behind the other along an axis, all of one quantization. Its gradient: a slice of the
 * error for each input (`strided_copy_s16`). */
#ifndef FIELDTUNE_CONCATENATE_H
#define FIELDTUNE_CONCATENATE_H

#include <stdint.h>

struct concatenate_shape {
    int32_t rows;        /* product of the dimensions in front of the axis */
    int32_t input_count; /* length of `run` */
    const int32_t *run;  /* elements of each input for one row */
};

/* inputs[i] (rows, run[i]) -> output (rows, sum of run). */
void concatenate_s8(const struct concatenate_shape *shape, const int8_t *const *inputs,
                    int8_t *output);

#endif
