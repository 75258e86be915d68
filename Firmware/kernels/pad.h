/* Zero points around a tensor of four dimensions, and the inner part of an error tensor. */
#ifndef FIELDTUNE_PAD_H
#define FIELDTUNE_PAD_H

#include <stdint.h>

struct pad_shape {
    int32_t input[4];
    int32_t output[4];
    int32_t before[4]; /* elements in front; those behind follow from `output` */
};

/* input -> output of the same quantization. */
void pad_s8(const struct pad_shape *shape, int32_t zero_point, const int8_t *input, int8_t *output);

/* d_output (output) -> d_input (input): same range, same mantissas. */
void pad_s8_backward(const struct pad_shape *shape, const int16_t *d_output, int16_t *d_input);

#endif
