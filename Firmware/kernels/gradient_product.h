/* Inner loop of the gradients of weights: eight sums at a time, two multiply-accumulates an instruction.
 * Sums wrap. */
#ifndef FIELDTUNE_GRADIENT_PRODUCT_H
#define FIELDTUNE_GRADIENT_PRODUCT_H

#include <stdint.h>

#include "simd.h"

/* Gradients of four weights of two output channels: sum[4 r + c] += error r * column c over
 * `positions`. A row of errors has both neighbours and is d_stride elements from the next; columns
 * hold positions p and p + 1 of each of the four in a word. */
static inline void errors_by_columns_of_four(const int16_t *errors, int32_t d_stride,
                                             const int16_t *columns, int32_t positions,
                                             int32_t *sum) {
    int32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
    int32_t s4 = sum[4], s5 = sum[5], s6 = sum[6], s7 = sum[7];
    const int16_t *end = columns + (positions & ~3) * 4;
    if (columns != end) {
#if SIMD_ASSEMBLY
        uint32_t a, b, c;
#define TWO_POSITIONS                                                                              \
    "ldr %[a], [%[errors]]\n\t"                                                                    \
    "ldr %[b], [%[errors], %[stride]]\n\t"                                                         \
    "add %[errors], %[errors], %[stride], lsl #1\n\t"                                              \
    "pkhbt %[c], %[a], %[b], lsl #16\n\t"                                                          \
    "pkhtb %[a], %[b], %[a], asr #16\n\t"                                                          \
    "ldr %[b], [%[columns]], #4\n\t"                                                               \
    "smlad %[s0], %[c], %[b], %[s0]\n\t"                                                           \
    "smlad %[s4], %[a], %[b], %[s4]\n\t"                                                           \
    "ldr %[b], [%[columns]], #4\n\t"                                                               \
    "smlad %[s1], %[c], %[b], %[s1]\n\t"                                                           \
    "smlad %[s5], %[a], %[b], %[s5]\n\t"                                                           \
    "ldr %[b], [%[columns]], #4\n\t"                                                               \
    "smlad %[s2], %[c], %[b], %[s2]\n\t"                                                           \
    "smlad %[s6], %[a], %[b], %[s6]\n\t"                                                           \
    "ldr %[b], [%[columns]], #4\n\t"                                                               \
    "smlad %[s3], %[c], %[b], %[s3]\n\t"                                                           \
    "smlad %[s7], %[a], %[b], %[s7]\n\t"
        __asm__ volatile(
            "1:\n\t" TWO_POSITIONS TWO_POSITIONS "ldr %[a], %[end]\n\t"
            "cmp %[columns], %[a]\n\t"
            "bne 1b"
            : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [s4] "+r"(s4),
              [s5] "+r"(s5), [s6] "+r"(s6), [s7] "+r"(s7), [errors] "+r"(errors),
              [columns] "+r"(columns), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c)
            : [stride] "r"(d_stride * 2), [end] "m"(end)
            : "cc", "memory");
#undef TWO_POSITIONS
#else
        for (; columns != end; columns += 8, errors += 2 * d_stride) {
            uint32_t d0 = load_word(errors), d1 = load_word(errors + d_stride);
            uint32_t a = pack_bottoms(d0, d1), b = pack_tops(d0, d1);
            s0 = smlad(a, load_word(columns), s0), s4 = smlad(b, load_word(columns), s4);
            s1 = smlad(a, load_word(columns + 2), s1), s5 = smlad(b, load_word(columns + 2), s5);
            s2 = smlad(a, load_word(columns + 4), s2), s6 = smlad(b, load_word(columns + 4), s6);
            s3 = smlad(a, load_word(columns + 6), s3), s7 = smlad(b, load_word(columns + 6), s7);
        }
#endif
    }
    for (int32_t p = 0; p < (positions & 3); p++, errors += d_stride) {
        const int16_t *column = columns + (p >> 1) * 8 + (p & 1);
        uint32_t d = load_word(errors);
        uint32_t c01 = pair_of(column[0], column[2]), c23 = pair_of(column[4], column[6]);
        s0 = smlabb(d, c01, s0), s1 = smlabt(d, c01, s1);
        s2 = smlabb(d, c23, s2), s3 = smlabt(d, c23, s3);
        s4 = smlatb(d, c01, s4), s5 = smlatt(d, c01, s5);
        s6 = smlatb(d, c23, s6), s7 = smlatt(d, c23, s7);
    }
    sum[0] = s0, sum[1] = s1, sum[2] = s2, sum[3] = s3;
    sum[4] = s4, sum[5] = s5, sum[6] = s6, sum[7] = s7;
}

#endif
