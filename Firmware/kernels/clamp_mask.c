#include "clamp_mask.h"

void clamp_mask_s8(int32_t count, const struct clamp_stage *clamp, const int8_t *codes,
                   uint8_t *mask) {
    for (int32_t first = 0; first < count; first += 8) {
        uint32_t bits = 0;
        for (int32_t k = 0; k < 8 && first + k < count; k++) {
            int32_t code = codes[first + k];
            /* y = clamp(u)  =>  dy/du = 1 where the clamp did not act */
            bits |= (clamp->minimum < code && code < clamp->maximum ? 1u : 0u) << k;
        }
        *mask++ = (uint8_t)bits;
    }
}

void mask_error_s16(int32_t count, const int16_t *d_output, const uint8_t *mask, int16_t *d_input) {
    for (int32_t i = 0; i < count; i++) {
        d_input[i] = (mask[i >> 3] >> (i & 7)) & 1 ? d_output[i] : 0;
    }
}
