/* Sums of codes along one dimension, for means. */
#ifndef FIELDTUNE_CODE_SUMS_H
#define FIELDTUNE_CODE_SUMS_H

#include <stdint.h>

#include "simd.h"

/* sums[k] += codes[i * step + k] over `count` places i, for four neighbouring channels k. */
static inline void add_four_codes(const int8_t *codes, int32_t step, int32_t count,
                                  int32_t sums[4]) {
    while (count > 0) {
        const int32_t run = count < 256 ? count : 256; /* halfwords: |sum| <= 256 * 128 */
        uint32_t even = 0;
        uint32_t odd = 0;
        for (int32_t i = 0; i < run; i++) {
            uint32_t word = load_word(codes);
            even = sxtab16(even, word);
            odd = sxtab16_odd(odd, word);
            codes += step;
        }
        sums[0] += bottom_of(even);
        sums[1] += bottom_of(odd);
        sums[2] += top_of(even);
        sums[3] += top_of(odd);
        count -= run;
    }
}

/* The same for `channels` of them, 1...4. */
static inline void add_codes(int32_t channels, const int8_t *codes, int32_t step, int32_t count,
                             int32_t sums[4]) {
    if (channels == 4) {
        add_four_codes(codes, step, count, sums);
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        for (int32_t k = 0; k < channels; k++) {
            sums[k] += codes[k];
        }
        codes += step;
    }
}

#endif
