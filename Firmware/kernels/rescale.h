/* The same reals under another scale and zero point: TFLite's QUANTIZE from int8 to int8. Errors of
 * real values pass it as they are. */
#ifndef FIELDTUNE_RESCALE_H
#define FIELDTUNE_RESCALE_H

#include <stdint.h>

struct rescale_stage {
    int32_t input_zero_point, output_zero_point;
    int32_t multiplier, left_shift; /* input scale / output scale */
};

/* input, output (count). */
void rescale_s8(int32_t count, const struct rescale_stage *stage, const int8_t *input,
                int8_t *output);

#endif
