#include "softmax.h"

#include "fixed_point.h"

/* Fixed-point formats are Qi.f: i integer bits, f fraction bits, one sign bit. */
#define Q31_ONE INT32_MAX
#define EXP_MINUS_EIGHTH_Q31 1895147668 /* round(exp(-1/8) * 2^31) */
#define THIRD_Q31 715827883
#define NEWTON_48_17_Q29 1515870810 /* 48/17, first guess of a reciprocal */
#define NEWTON_32_17_Q29 1010580540 /* 32/17 */
#define SUM_INTEGER_BITS 12

/* value * 2^exponent, saturating. */
static int32_t saturating_left_shift(int32_t value, int32_t exponent) {
    return saturate_s32((int64_t)value * (1 << exponent));
}

/* exp(a), a in [-1/4, 0), Q0.31: the series around -1/8 up to the fourth power. */
static int32_t exp_of_quarter(int32_t a) {
    int32_t x = a + (1 << 28);
    int32_t x2 = doubling_high_multiply(x, x);
    int32_t x3 = doubling_high_multiply(x2, x);
    int32_t x4_by_4 = rounding_divide_by_power(doubling_high_multiply(x2, x2), 2);
    /* ((x^4 / 4 + x^3) / 3 + x^2) / 2 */
    int32_t higher =
        rounding_divide_by_power(doubling_high_multiply(x4_by_4 + x3, THIRD_Q31) + x2, 1);
    return EXP_MINUS_EIGHTH_Q31 + doubling_high_multiply(EXP_MINUS_EIGHTH_Q31, x + higher);
}

/* exp(a) in Q0.31, a <= 0 in Q5.26: the last quarter by its series, the rest bit by bit. */
static int32_t exp_of_negative(int32_t a) {
    /* round(exp(-2^k) * 2^31), k = -2 ... 4 */
    static const int32_t powers[] = {1672461947, 1302514674, 790015084, 290630308,
                                     39332535,   720401,     242};
    if (a == 0) {
        return Q31_ONE;
    }
    const int32_t quarter = 1 << 24;
    int32_t last = (a & (quarter - 1)) - quarter;
    int32_t result = exp_of_quarter(last * 32);
    int32_t rest = last - a; /* >= 0, a multiple of a quarter */
    for (int32_t k = 0; k < 7; k++) {
        if (rest & (quarter << k)) {
            result = doubling_high_multiply(result, powers[k]);
        }
    }
    return result;
}

/* 1 / (1 + x) in Q0.31, x in [0, 1): Newton's iteration in Q2.29 on d = (1 + x) / 2. */
static int32_t reciprocal_of_one_plus(int32_t x) {
    int32_t d = (int32_t)(((int64_t)x + Q31_ONE + 1) / 2);
    int32_t y = NEWTON_48_17_Q29 + doubling_high_multiply(d, -NEWTON_32_17_Q29);
    for (int32_t i = 0; i < 3; i++) {
        int32_t rest = (1 << 29) - doubling_high_multiply(d, y);
        y += saturating_left_shift(doubling_high_multiply(y, rest), 2);
    }
    return saturating_left_shift(y, 1);
}

static int32_t leading_zeros(uint32_t value) {
    int32_t count = 0;
    while (count < 32 && (value & (UINT32_C(1) << (31 - count))) == 0) {
        count++;
    }
    return count;
}

/* exp(scale * (code - largest)) in Q0.31, 0 below the smallest difference that counts. */
static int32_t exponential(const struct softmax_stage *stage, int32_t difference) {
    if (difference < stage->difference_minimum) {
        return 0;
    }
    int32_t raised = (int32_t)((uint32_t)difference << stage->left_shift);
    return exp_of_negative(doubling_high_multiply(raised, stage->multiplier));
}

static void softmax_row(int32_t channels, const struct softmax_stage *stage, const int8_t *input,
                        int8_t *output) {
    int32_t largest = input[0];
    for (int32_t c = 1; c < channels; c++) {
        largest = input[c] > largest ? input[c] : largest;
    }
    int32_t sum = 0; /* Q12.19 */
    for (int32_t c = 0; c < channels; c++) {
        int32_t e = exponential(stage, input[c] - largest);
        sum += rounding_divide_by_power(e, SUM_INTEGER_BITS);
    }
    int32_t headroom = leading_zeros((uint32_t)sum);
    int32_t fraction = (int32_t)(((uint32_t)sum << headroom) - (UINT32_C(1) << 31));
    int32_t reciprocal = reciprocal_of_one_plus(fraction);
    int32_t shift =
        SUM_INTEGER_BITS - headroom + 31 - 8; /* over 31: every share is below half a code */
    for (int32_t c = 0; c < channels; c++) {
        int32_t e = exponential(stage, input[c] - largest);
        int32_t share = doubling_high_multiply(reciprocal, e);
        int32_t y = shift > 31 ? 0 : rounding_divide_by_power(share, shift);
        output[c] = output_code(y, -128, INT8_MIN, INT8_MAX);
    }
}

void softmax_s8(const struct softmax_shape *shape, const struct softmax_stage *stage,
                const int8_t *input, int8_t *output) {
    for (int32_t row = 0; row < shape->rows; row++) {
        softmax_row(shape->channels, stage, input + row * shape->channels,
                    output + row * shape->channels);
    }
}
