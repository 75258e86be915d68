#include "pad.h"

#include <string.h>

/* Offset of element (n, y, x, 0) of the input within the output. */
static int32_t offset_of(const struct pad_shape *shape, int32_t n, int32_t y, int32_t x) {
    int32_t row = (n + shape->before[0]) * shape->output[1] + y + shape->before[1];
    return (row * shape->output[2] + x + shape->before[2]) * shape->output[3] + shape->before[3];
}

void pad_s8(const struct pad_shape *shape, int32_t zero_point, const int8_t *input,
            int8_t *output) {
    int32_t count = shape->output[0] * shape->output[1] * shape->output[2] * shape->output[3];
    memset(output, (uint8_t)zero_point, (size_t)count);
    for (int32_t n = 0; n < shape->input[0]; n++) {
        for (int32_t y = 0; y < shape->input[1]; y++) {
            for (int32_t x = 0; x < shape->input[2]; x++) {
                memcpy(output + offset_of(shape, n, y, x), input, (size_t)shape->input[3]);
                input += shape->input[3];
            }
        }
    }
}

/* output[q + before] = input[q]  =>  d_input[q] = d_output[q + before] */
void pad_s8_backward(const struct pad_shape *shape, const int16_t *d_output, int16_t *d_input) {
    for (int32_t n = 0; n < shape->input[0]; n++) {
        for (int32_t y = 0; y < shape->input[1]; y++) {
            for (int32_t x = 0; x < shape->input[2]; x++) {
                memcpy(d_input, d_output + offset_of(shape, n, y, x),
                       (size_t)shape->input[3] * sizeof *d_input);
                d_input += shape->input[3];
            }
        }
    }
}
