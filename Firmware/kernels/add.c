#include "add.h"

static inline int8_t sum(const struct add_stage *stage, int8_t a, int8_t b) {
    /* |operand| <= 255 * 2^20 < 2^28, each term at most half of that. */
    int32_t left = requantize((a - stage->a_zero_point) * (1 << 20), stage->a_multiplier,
                              stage->a_left_shift);
    int32_t right = requantize((b - stage->b_zero_point) * (1 << 20), stage->b_multiplier,
                               stage->b_left_shift);
    return output_code(
        requantize(left + right, stage->output_multiplier, stage->output_left_shift),
        stage->output_zero_point, stage->minimum, stage->maximum);
}

void add_s8(int32_t count, const struct add_stage *stage, const int8_t *a, const int8_t *b,
            int8_t *output) {
    for (int32_t i = 0; i < count; i++) {
        output[i] = sum(stage, a[i], b[i]);
    }
}

void add_broadcast_s8(const struct broadcast_shape *shape, const struct add_stage *stage,
                      const int8_t *a, const int8_t *b, int8_t *output) {
    for (int32_t i = 0; i < shape->extent[0]; i++) {
        for (int32_t j = 0; j < shape->extent[1]; j++) {
            const int8_t *left = a + i * shape->a_step[0] + j * shape->a_step[1];
            const int8_t *right = b + i * shape->b_step[0] + j * shape->b_step[1];
            for (int32_t k = 0; k < shape->extent[2]; k++) {
                *output++ = sum(stage, *left, *right);
                left += shape->a_step[2];
                right += shape->b_step[2];
            }
        }
    }
}

/* One consumer's error in the format of the sum: its factor is 1 = 2^30 * 2^-30. */
static int32_t aligned(int16_t error, int32_t shift) {
    return scale(error, 1 << 30, shift);
}

void sum_errors_s16(int32_t count, int32_t limit, const int16_t *a,
                    const struct error_range *a_range, const int16_t *b,
                    const struct error_range *b_range, int16_t *sum,
                    struct error_range *sum_range) {
    const int32_t a_shift = error_shift(30, a_range->exponent, sum_range->exponent);
    const int32_t b_shift = error_shift(30, b_range->exponent, sum_range->exponent);
    int32_t observed = sum_range->observed;
    for (int32_t i = 0; i < count; i++) {
        /* y = f(x), z = g(x)  =>  d_x = d_x through f + d_x through g */
        int64_t total = (int64_t)aligned(a[i], a_shift) + aligned(b[i], b_shift);
        sum[i] = error_store(saturate_s32(total), limit, &observed);
    }
    sum_range->observed = observed;
}
