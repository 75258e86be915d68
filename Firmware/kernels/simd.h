/* The DSP extension of Armv7E-M, one function for each instruction, with a twin in plain C for
 * processors without it. Halfwords and bytes are named from the low end: a word holds the halfwords
 * (bottom, top) and the bytes (0, 1, 2, 3), in memory order.
 *
 * Sums wrap as the instructions wrap. The Q flag is not used. What sets the GE flags and what reads
 * them stand in one function, because the compiler does not know of them. */
#ifndef FIELDTUNE_SIMD_H
#define FIELDTUNE_SIMD_H

#include <stdint.h>
#include <string.h>

/* Loads and stores of words that may lie at any byte: LDR and STR. */
static inline uint32_t load_word(const void *from) {
    uint32_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

static inline void store_word(void *to, uint32_t word) {
    memcpy(to, &word, sizeof word);
}

/* LDRH: the top is 0. */
static inline uint32_t load_half(const void *from) {
    uint16_t half;
    memcpy(&half, from, sizeof half);
    return half;
}

static inline int32_t bottom_of(uint32_t pair) {
    return (int16_t)(uint16_t)pair;
}

static inline int32_t top_of(uint32_t pair) {
    return (int16_t)(uint16_t)(pair >> 16);
}

/* (bottom, top) as a word. */
static inline uint32_t pair_of(int32_t bottom, int32_t top) {
    return (uint32_t)(uint16_t)bottom | (uint32_t)top << 16;
}

/* The blocks of assembly need the registers that gcc leaves free when it optimizes and keeps no
 * frame pointer. Everybody else gets the twins. */
#if defined(__ARM_FEATURE_DSP) && defined(__OPTIMIZE__) && !defined(__clang__)
#define SIMD_ASSEMBLY 1
#else
#define SIMD_ASSEMBLY 0
#endif

#if SIMD_ASSEMBLY

/* For blocks of assembly that take nearly all registers: the compiler's own choice fails where it
 * would have to move some of them. */
#define IN_REGISTER(type, name, number) register type name __asm__(number)

#define SIMD_UNARY(name, instruction)                                                              \
    static inline uint32_t name(uint32_t a) {                                                      \
        uint32_t result;                                                                           \
        __asm__(instruction : "=r"(result) : "r"(a));                                              \
        return result;                                                                             \
    }
#define SIMD_BINARY(name, type, instruction)                                                       \
    static inline type name(type a, type b) {                                                      \
        type result;                                                                               \
        __asm__(instruction : "=r"(result) : "r"(a), "r"(b));                                      \
        return result;                                                                             \
    }
#define SIMD_ACCUMULATE(name, a_type, b_type, instruction)                                         \
    static inline int32_t name(a_type a, b_type b, int32_t sum) {                                  \
        int32_t result;                                                                            \
        __asm__(instruction : "=r"(result) : "r"(a), "r"(b), "r"(sum));                            \
        return result;                                                                             \
    }

SIMD_UNARY(sxtb16, "sxtb16 %0, %1")
SIMD_UNARY(sxtb16_odd, "sxtb16 %0, %1, ror #8")
SIMD_BINARY(sxtab16, uint32_t, "sxtab16 %0, %1, %2")
SIMD_BINARY(sxtab16_odd, uint32_t, "sxtab16 %0, %1, %2, ror #8")
SIMD_BINARY(uxtab16, uint32_t, "uxtab16 %0, %1, %2")
SIMD_BINARY(uxtab16_odd, uint32_t, "uxtab16 %0, %1, %2, ror #8")
SIMD_BINARY(pack_bottoms, uint32_t, "pkhbt %0, %1, %2, lsl #16")
SIMD_BINARY(pack_tops, uint32_t, "pkhtb %0, %2, %1, asr #16")
SIMD_BINARY(sadd16, uint32_t, "sadd16 %0, %1, %2")
SIMD_BINARY(qsub16, uint32_t, "qsub16 %0, %1, %2")
SIMD_BINARY(qadd, int32_t, "qadd %0, %1, %2")
SIMD_BINARY(qsub, int32_t, "qsub %0, %1, %2")
SIMD_ACCUMULATE(smmla, int32_t, int32_t, "smmla %0, %1, %2, %3")
SIMD_ACCUMULATE(smmlar, int32_t, int32_t, "smmlar %0, %1, %2, %3")
SIMD_ACCUMULATE(smlad, uint32_t, uint32_t, "smlad %0, %1, %2, %3")
SIMD_ACCUMULATE(smlabb, uint32_t, uint32_t, "smlabb %0, %1, %2, %3")
SIMD_ACCUMULATE(smlabt, uint32_t, uint32_t, "smlabt %0, %1, %2, %3")
SIMD_ACCUMULATE(smlatb, uint32_t, uint32_t, "smlatb %0, %1, %2, %3")
SIMD_ACCUMULATE(smlatt, uint32_t, uint32_t, "smlatt %0, %1, %2, %3")
SIMD_ACCUMULATE(smlawb, int32_t, uint32_t, "smlawb %0, %1, %2, %3")
SIMD_ACCUMULATE(smlawt, int32_t, uint32_t, "smlawt %0, %1, %2, %3")

/* USUB8 or SSUB8, then SEL: `difference` of the bytes, and as result the bytes of `yes` where a >=
 * b, of `no` elsewhere; the bytes of a and b without and with sign. */
#define SIMD_COMPARE(name, instruction)                                                            \
    static inline uint32_t name(uint32_t a, uint32_t b, uint32_t yes, uint32_t no,                 \
                                uint32_t *difference) {                                            \
        uint32_t result;                                                                           \
        __asm__(instruction " %1, %2, %3\n\tsel %0, %4, %5"                                        \
                : "=r"(result), "=&r"(*difference)                                                 \
                : "r"(a), "r"(b), "r"(yes), "r"(no));                                              \
        return result;                                                                             \
    }

SIMD_COMPARE(usub8_sel, "usub8")
SIMD_COMPARE(ssub8_sel, "ssub8")
SIMD_BINARY(uadd8, uint32_t, "uadd8 %0, %1, %2")
SIMD_BINARY(usub8, uint32_t, "usub8 %0, %1, %2")
SIMD_BINARY(qsub8, uint32_t, "qsub8 %0, %1, %2")

#undef SIMD_COMPARE
#undef SIMD_UNARY
#undef SIMD_BINARY
#undef SIMD_ACCUMULATE

/* The value four times, to a multiple of 4 bytes. */
static inline void store_four(int32_t *to, int32_t value) {
    __asm__ volatile("strd %1, %1, [%0]\n\tstrd %1, %1, [%0, #8]"
                     :
                     : "r"(to), "r"(value)
                     : "memory");
}

static inline int32_t ssat8(int32_t value) {
    int32_t result;
    __asm__("ssat %0, #8, %1" : "=r"(result) : "r"(value));
    return result;
}

/* SSUB8, then SEL twice: where a byte of b is larger, with sign, it replaces that of a, and the
 * byte of b_mark replaces that of a_mark. */
static inline void larger_bytes(uint32_t *a, uint32_t b, uint32_t *a_mark, uint32_t b_mark) {
    uint32_t difference;
    __asm__("ssub8 %2, %0, %3\n\tsel %0, %0, %3\n\tsel %1, %1, %4"
            : "+&r"(*a), "+&r"(*a_mark), "=&r"(difference)
            : "r"(b), "r"(b_mark));
}

static inline uint32_t usada8(uint32_t a, uint32_t b, uint32_t sum) {
    uint32_t result;
    __asm__("usada8 %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
}

/* A block, so that the compiler does not spread it and run out of registers. */
static inline uint32_t scaled_pair(int32_t high, int32_t low, uint32_t pair, int32_t plus) {
    uint32_t top, bottom;
    __asm__("asr %2, %0, #16\n\tsmlawt %1, %4, %0, %5\n\tmla %1, %3, %2, %1\n\t"
            "smlawb %2, %4, %0, %5\n\tsxth %0, %0\n\tmla %2, %3, %0, %2\n\t"
            "pkhtb %0, %1, %2, asr #16"
            : "+&r"(pair), "=&r"(top), "=&r"(bottom)
            : "r"(high), "r"(low), "r"(plus));
    return pair;
}

static inline uint32_t pack_shifted_14(uint32_t bottom, uint32_t top) {
    uint32_t result;
    __asm__("pkhtb %0, %1, %2, asr #14" : "=r"(result) : "r"(top << 2), "r"(bottom));
    return result;
}

static inline int32_t ssat8_half(int32_t value) {
    int32_t result;
    __asm__("ssat %0, #8, %1, asr #1" : "=r"(result) : "r"(value));
    return result;
}

#else

/* PKHBT, PKHTB: (bottom of a, bottom of b) and (top of a, top of b). */
static inline uint32_t pack_bottoms(uint32_t a, uint32_t b) {
    return (a & UINT32_C(0xffff)) | b << 16;
}

static inline uint32_t pack_tops(uint32_t a, uint32_t b) {
    return (b & UINT32_C(0xffff0000)) | a >> 16;
}

/* Bytes 0 and 2 as halfwords, with sign; the odd ones are bytes 1 and 3. */
static inline uint32_t sxtb16(uint32_t a) {
    return pair_of((int8_t)(uint8_t)a, (int8_t)(uint8_t)(a >> 16));
}

static inline uint32_t sxtb16_odd(uint32_t a) {
    return sxtb16(a >> 8);
}

static inline uint32_t uxtb16(uint32_t a) {
    return a & UINT32_C(0x00ff00ff);
}

static inline uint32_t uxtb16_odd(uint32_t a) {
    return uxtb16(a >> 8);
}

/* Halfword by halfword. */
static inline uint32_t sadd16(uint32_t a, uint32_t b) {
    return pair_of(bottom_of(a) + bottom_of(b), top_of(a) + top_of(b));
}

/* Halfwords a plus bytes 0 and 2, or 1 and 3, of b. */
static inline uint32_t sxtab16(uint32_t a, uint32_t b) {
    return sadd16(a, sxtb16(b));
}

static inline uint32_t sxtab16_odd(uint32_t a, uint32_t b) {
    return sadd16(a, sxtb16_odd(b));
}

/* The same of bytes without sign. */
static inline uint32_t uxtab16(uint32_t a, uint32_t b) {
    return sadd16(a, uxtb16(b));
}

static inline uint32_t uxtab16_odd(uint32_t a, uint32_t b) {
    return sadd16(a, uxtb16_odd(b));
}

static inline int32_t saturated_half(int32_t value) {
    return value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value;
}

/* Saturating difference of halfwords. */
static inline uint32_t qsub16(uint32_t a, uint32_t b) {
    return pair_of(saturated_half(bottom_of(a) - bottom_of(b)),
                   saturated_half(top_of(a) - top_of(b)));
}

static inline int32_t saturated_word(int64_t value) {
    return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int32_t)value;
}

/* Saturating sum and difference. */
static inline int32_t qadd(int32_t a, int32_t b) {
    return saturated_word((int64_t)a + b);
}

static inline int32_t qsub(int32_t a, int32_t b) {
    return saturated_word((int64_t)a - b);
}

/* High word of the product, rounded half up. */
static inline int32_t smmulr(int32_t a, int32_t b) {
    return (int32_t)(((int64_t)a * b + INT64_C(0x80000000)) >> 32);
}

/* sum + the high word of a * b. */
static inline int32_t smmla(int32_t a, int32_t b, int32_t sum) {
    return (int32_t)((uint32_t)sum + (uint32_t)((uint64_t)((int64_t)a * b) >> 32));
}

/* The same rounded half up. */
static inline int32_t smmlar(int32_t a, int32_t b, int32_t sum) {
    return (int32_t)((uint32_t)sum + (uint32_t)smmulr(a, b));
}

static inline int32_t plus_product(int32_t sum, int32_t a, int32_t b) {
    return (int32_t)((uint32_t)sum + (uint32_t)(a * b));
}

static inline int32_t smlabb(uint32_t a, uint32_t b, int32_t sum) {
    return plus_product(sum, bottom_of(a), bottom_of(b));
}

static inline int32_t smlabt(uint32_t a, uint32_t b, int32_t sum) {
    return plus_product(sum, bottom_of(a), top_of(b));
}

static inline int32_t smlatb(uint32_t a, uint32_t b, int32_t sum) {
    return plus_product(sum, top_of(a), bottom_of(b));
}

static inline int32_t smlatt(uint32_t a, uint32_t b, int32_t sum) {
    return plus_product(sum, top_of(a), top_of(b));
}

/* sum + bottom * bottom + top * top. */
static inline int32_t smlad(uint32_t a, uint32_t b, int32_t sum) {
    return smlatt(a, b, smlabb(a, b, sum));
}

/* sum + (a * halfword of b) / 2^16, rounded down. */
static inline int32_t smlawb(int32_t a, uint32_t b, int32_t sum) {
    return (int32_t)((uint32_t)sum + (uint32_t)((uint64_t)((int64_t)a * bottom_of(b)) >> 16));
}

static inline int32_t smlawt(int32_t a, uint32_t b, int32_t sum) {
    return (int32_t)((uint32_t)sum + (uint32_t)((uint64_t)((int64_t)a * top_of(b)) >> 16));
}

/* With a = high * 2^16 + low, 0 <= low < 2^16: (a * halfword of pair + plus * 2^16) >> 32 as
 * halfwords, which hold it. The sums stay within 32 bits, whatever their parts do. */
static inline uint32_t scaled_pair(int32_t high, int32_t low, uint32_t pair, int32_t plus) {
    uint32_t bottom = (uint32_t)smlawb(low, pair, plus);
    uint32_t top = (uint32_t)smlawt(low, pair, plus);
    return pack_tops(bottom + (uint32_t)high * (uint32_t)bottom_of(pair),
                     top + (uint32_t)high * (uint32_t)top_of(pair));
}

/* Byte by byte, modulo 256. */
static inline uint32_t uadd8(uint32_t a, uint32_t b) {
    uint32_t low = (a & UINT32_C(0x7f7f7f7f)) + (b & UINT32_C(0x7f7f7f7f));
    return low ^ ((a ^ b) & UINT32_C(0x80808080));
}

static inline uint32_t usub8(uint32_t a, uint32_t b) {
    uint32_t low = (a | UINT32_C(0x80808080)) - (b & UINT32_C(0x7f7f7f7f));
    return low ^ (~(a ^ b) & UINT32_C(0x80808080));
}

/* Saturating difference of bytes with sign. */
static inline uint32_t qsub8(uint32_t a, uint32_t b) {
    uint32_t difference = usub8(a, b);
    uint32_t left = ((a ^ b) & (a ^ difference)) >> 7 & UINT32_C(0x01010101); /* the range */
    uint32_t ends = UINT32_C(0x7f7f7f7f) + (a >> 7 & UINT32_C(0x01010101));
    return (difference & ~(left * 255)) | (ends & (left * 255));
}

/* The differences of the bytes, and the bytes of `yes` where a >= b, of `no` elsewhere. */
static inline uint32_t usub8_sel(uint32_t a, uint32_t b, uint32_t yes, uint32_t no,
                                 uint32_t *difference) {
    uint32_t borrow = (~a & b) | (~(a ^ b) & usub8(a, b)); /* in the highest bit of each byte */
    uint32_t mask = ((borrow >> 7) & UINT32_C(0x01010101)) * 255;
    *difference = usub8(a, b);
    return (yes & ~mask) | (no & mask);
}

static inline uint32_t ssub8_sel(uint32_t a, uint32_t b, uint32_t yes, uint32_t no,
                                 uint32_t *difference) {
    const uint32_t signs = UINT32_C(0x80808080);
    return usub8_sel(a ^ signs, b ^ signs, yes, no, difference);
}

static inline void store_four(int32_t *to, int32_t value) {
    to[0] = value, to[1] = value, to[2] = value, to[3] = value;
}

static inline int32_t ssat8(int32_t value) {
    return value > 127 ? 127 : value < -128 ? -128 : value;
}

/* Where a byte of b is larger, with sign, it replaces that of a, and the byte of b_mark replaces
 * that of a_mark. */
static inline void larger_bytes(uint32_t *a, uint32_t b, uint32_t *a_mark, uint32_t b_mark) {
    uint32_t unused;
    *a_mark = ssub8_sel(*a, b, *a_mark, b_mark, &unused);
    *a = ssub8_sel(*a, b, *a, b, &unused);
}

/* sum + the differences of the bytes, without sign. */
static inline uint32_t usada8(uint32_t a, uint32_t b, uint32_t sum) {
    for (int32_t shift = 0; shift < 32; shift += 8) {
        uint32_t left = a >> shift & 255;
        uint32_t right = b >> shift & 255;
        sum += left < right ? right - left : left - right;
    }
    return sum;
}

/* bottom >> 14 and top >> 14 as halfwords. */
static inline uint32_t pack_shifted_14(uint32_t bottom, uint32_t top) {
    return ((bottom >> 14) & UINT32_C(0xffff)) | (top << 2 & UINT32_C(0xffff0000));
}

/* value / 2 rounded down, saturated. */
static inline int32_t ssat8_half(int32_t value) {
    return ssat8(value >> 1);
}

#endif
#endif
