/* Functions of one tensor, element by element, through tables made when the graph is built. */
#ifndef FIELDTUNE_LOOKUP_H
#define FIELDTUNE_LOOKUP_H

#include <stdint.h>

#include "error_range.h"

/* table: 256 codes, the first for input code -128. input, output (count); `output` may be `input`. */
void lookup_s8(int32_t count, const int8_t *table, const int8_t *input, int8_t *output);

/* slopes: 256 derivatives, the first for input code -128; the stage holds the value of their unit.
 * d_output, input, d_input (count). `d_input` may be `d_output`. */
void lookup_s8_backward(int32_t count, const struct error_stage *stage, const int16_t *slopes,
                        const int16_t *d_output, const struct error_range *d_output_range,
                        const int8_t *input, int16_t *d_input, struct error_range *d_input_range);

#endif
