/* From accumulators to output codes. Arrays have one entry for each output channel. */
#ifndef FIELDTUNE_OUTPUT_STAGE_H
#define FIELDTUNE_OUTPUT_STAGE_H

#include <stdint.h>

struct output_stage {
    const int32_t
        *multiplier; /* input scale * weight scale / output scale; not read for accumulators */
    const int8_t *left_shift;
    int32_t input_zero_point;
    int32_t output_zero_point;
    int32_t minimum; /* fused activation, as output codes */
    int32_t maximum;
    int32_t bias_fraction_bits; /* extra low bits of a trained bias */
};

/* Start of an accumulator: round(bias / 2^fraction_bits), half up, which is the floor and the bit
 * below it. */
static inline int32_t bias_start(int32_t bias, int32_t fraction_bits) {
    if (fraction_bits == 0) {
        return bias;
    }
    return (bias >> fraction_bits) + ((bias >> (fraction_bits - 1)) & 1);
}

#endif
