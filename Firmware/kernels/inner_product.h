/* How kernels tell the compiler what to inline, and the inner loop of a dense layer's input gradient: four
 * results at a time, so that one load of the shared operand serves four multiply-accumulates. Sums wrap. */
#ifndef FIELDTUNE_INNER_PRODUCT_H
#define FIELDTUNE_INNER_PRODUCT_H

#include <stdint.h>

#include "fixed_point.h"

/* For loops whose block size must be a constant at each call: both sizes are worth a copy. */
#define KERNEL_INLINE static inline __attribute__((always_inline))

/* For what would otherwise stand in the frame of one large function, or in flash more than once. */
#define OUT_OF_LINE __attribute__((noinline))

/* sum[c] += d * b[c], over `count` errors d and `columns` (1 or 4) neighbouring codes b. */
KERNEL_INLINE void errors_by_columns(int32_t columns, const int16_t *d, int32_t d_stride,
                                     const int8_t *b, int32_t b_stride, int32_t count,
                                     int32_t *sum) {
    if (columns == 1) {
        int32_t s0 = sum[0];
        for (int32_t i = 0; i < count; i++) {
            s0 = multiply_accumulate(s0, *d, *b);
            d += d_stride;
            b += b_stride;
        }
        sum[0] = s0;
        return;
    }
    int32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
    for (int32_t i = 0; i < count; i++) {
        int32_t error = *d;
        s0 = multiply_accumulate(s0, error, b[0]);
        s1 = multiply_accumulate(s1, error, b[1]);
        s2 = multiply_accumulate(s2, error, b[2]);
        s3 = multiply_accumulate(s3, error, b[3]);
        d += d_stride;
        b += b_stride;
    }
    sum[0] = s0, sum[1] = s1, sum[2] = s2, sum[3] = s3;
}

/* How many results the next block takes when `rest` are left. */
static inline int32_t block_of(int32_t rest) {
    return rest >= 4 ? 4 : 1;
}

#endif
