#include "select_channels.h"

void select_channels_s8(const struct select_shape *shape, const int8_t *input, int8_t *output) {
    for (int32_t cell = 0; cell < shape->cells; cell++) {
        for (int32_t j = 0; j < shape->output_channels; j++) {
            *output++ = input[shape->channels[j]];
        }
        input += shape->input_channels;
    }
}

/* output[p,channels[j]] = input[p,j]  =>  d_input[p,j] = d_output[p,channels[j]]; the order handed to
 * the forward copy is the inverse of this one. */
void select_channels_s16(const struct select_shape *shape, const int16_t *input, int16_t *output) {
    for (int32_t cell = 0; cell < shape->cells; cell++) {
        for (int32_t j = 0; j < shape->output_channels; j++) {
            *output++ = input[shape->channels[j]];
        }
        input += shape->input_channels;
    }
}
