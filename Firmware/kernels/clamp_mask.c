#include "clamp_mask.h"

#include "simd.h"

#define EACH_BYTE UINT32_C(0x01010101)

/* Codes that are at least `first` and at most `room` above it, in each byte. */
struct inside {
    uint32_t first, room;
};

/* sum + the bytes of `weights` whose code is inside. */
static inline uint32_t weigh(uint32_t codes, struct inside inside, uint32_t weights, uint32_t sum) {
    uint32_t unused;
    uint32_t above = usub8(codes, inside.first); /* modulo 256: what lies below is far above */
    return usada8(usub8_sel(inside.room, above, weights, 0, &unused), 0, sum);
}

static inline uint8_t mask_of_eight(const int8_t *codes, struct inside inside) {
    uint32_t low = weigh(load_word(codes), inside, UINT32_C(0x08040201), 0);
    return (uint8_t)weigh(load_word(codes + 4), inside, UINT32_C(0x80402010), low);
}

void clamp_mask_s8(int32_t count, const struct clamp_stage *clamp, const int8_t *codes,
                   uint8_t *mask) {
    /* y = clamp(u)  =>  dy/du = 1 where the clamp did not act: minimum < y < maximum */
    const int32_t room = clamp->maximum - clamp->minimum - 2;
    if (room < 0) {
        memset(mask, 0, (size_t)((count + 7) / 8));
        return;
    }
    const struct inside inside = {(uint8_t)(clamp->minimum + 1) * EACH_BYTE,
                                  (uint32_t)room * EACH_BYTE};
    for (; count >= 8; count -= 8) {
        *mask++ = mask_of_eight(codes, inside);
        codes += 8;
    }
    if (count > 0) {
        int8_t last[8];
        memset(last, clamp->minimum, sizeof last);
        memcpy(last, codes, (size_t)count);
        *mask = mask_of_eight(last, inside);
    }
}

/* The pair of errors whose two bits are the lowest of each byte of `bits`, with zeros where a bit is
 * not set. */
static inline uint32_t masked(uint32_t pair, uint32_t bits) {
    uint32_t unused;
    return usub8_sel(bits & UINT32_C(0x02020101), EACH_BYTE, pair, 0, &unused);
}

void mask_error_s16(int32_t count, const int16_t *d_output, const uint8_t *mask, int16_t *d_input) {
    for (; count >= 8; count -= 8) {
        uint32_t bits = *mask++ * EACH_BYTE;
        store_word(d_input, masked(load_word(d_output), bits));
        store_word(d_input + 2, masked(load_word(d_output + 2), bits >> 2));
        store_word(d_input + 4, masked(load_word(d_output + 4), bits >> 4));
        store_word(d_input + 6, masked(load_word(d_output + 6), bits >> 6));
        d_output += 8;
        d_input += 8;
    }
    for (int32_t i = 0; i < count; i++) {
        d_input[i] = (*mask >> i) & 1 ? d_output[i] : 0;
    }
}
