/* Sum of two tensors of codes with scales of their own, and the sum of two error tensors, which is
 * the gradient of a tensor with two consumers. */
#ifndef FIELDTUNE_ADD_H
#define FIELDTUNE_ADD_H

#include <stdint.h>

#include "broadcast.h"
#include "error_range.h"

/* TFLite's ADD and SUB: operands are raised by 2^20, brought to twice the larger of their scales and
 * added. So the operand with the larger scale, here `a`, takes part exactly, by half of its raised
 * value; the rounded terms of the other are a table. Both are doubled: a * a_unit + b_terms[b + 128]
 * is twice the sum. */
struct add_stage {
    int32_t a_unit;         /* 2^20, or -2^20 where a is taken off */
    const int32_t *b_terms; /* 256, the first for code -128, with both zero points in them */
    int32_t output_zero_point, output_multiplier, output_left_shift;
    int32_t minimum, maximum;
};

/* a, b, output (count). `output` may be `a` or `b`. */
void add_s8(int32_t count, const struct add_stage *stage, const int8_t *a, const int8_t *b,
            int8_t *output);

/* The same with operands that may be repeated. `output` may be one that is not. */
void add_broadcast_s8(const struct broadcast_shape *shape, const struct add_stage *stage,
                      const int8_t *a, const int8_t *b, int8_t *output);

/* a, b, sum (count); limit = 2^bits - 1 of `sum`. `sum` may be `a` or `b`. */
void sum_errors_s16(int32_t count, int32_t limit, const int16_t *a,
                    const struct error_range *a_range, const int16_t *b,
                    const struct error_range *b_range, int16_t *sum, struct error_range *sum_range);

#endif
