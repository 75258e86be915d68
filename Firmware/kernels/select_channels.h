/* Some of a tensor's channels, or all of them in another order. */
#ifndef FIELDTUNE_SELECT_CHANNELS_H
#define FIELDTUNE_SELECT_CHANNELS_H

#include <stdint.h>

struct select_shape {
    int32_t cells;
    int32_t input_channels;
    int32_t output_channels;
    const uint16_t *channels; /* output_channels of them, each below input_channels */
};

/* input (cells,C) -> output (cells,k): output[p,j] = input[p,channels[j]]. */
void select_channels_s8(const struct select_shape *shape, const int8_t *input, int8_t *output);

/* The same for mantissas of one range. */
void select_channels_s16(const struct select_shape *shape, const int16_t *input, int16_t *output);

#endif
