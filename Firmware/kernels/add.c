#include "add.h"

#include "output_stage.h"

/* Twice the raised sum: |.| <= 2 * 255 * 2^20 < 2^29, and even. `terms` stands at code 0. */
static inline int32_t doubled_sum(int32_t unit, const int32_t *terms, int8_t a, int8_t b) {
    return a * unit + terms[b];
}

/* Any clamp and any factor. */
static void add_run(int32_t count, const struct add_stage *stage, const int8_t *a, int32_t a_step,
                    const int8_t *b, int32_t b_step, int8_t *output) {
    for (int32_t i = 0; i < count; i++) {
        int32_t sum = doubled_sum(stage->a_unit, stage->b_terms + 128, *a, *b) >> 1;
        output[i] =
            output_code(requantize(sum, stage->output_multiplier, stage->output_left_shift),
                        stage->output_zero_point, stage->minimum, stage->maximum);
        a += a_step;
        b += b_step;
    }
}

/* Four elements at a time, saturated to int8. */
static void add_blocks(int32_t count, const struct add_stage *stage, struct quick_channel channel,
                       const int8_t *a, const int8_t *b, int8_t *output) {
    const int32_t unit = stage->a_unit;
    const int32_t *terms = stage->b_terms + 128;
    for (int32_t i = 0; i < count; i += 4) {
        int32_t first = doubled_sum(unit, terms, a[i], b[i]);
        int32_t second = doubled_sum(unit, terms, a[i + 1], b[i + 1]);
        int32_t third = doubled_sum(unit, terms, a[i + 2], b[i + 2]);
        int32_t fourth = doubled_sum(unit, terms, a[i + 3], b[i + 3]);
        output[i] = quick_code_of_doubled(&channel, first);
        output[i + 1] = quick_code_of_doubled(&channel, second);
        output[i + 2] = quick_code_of_doubled(&channel, third);
        output[i + 3] = quick_code_of_doubled(&channel, fourth);
    }
}

static void clamp_codes(int32_t count, const struct add_stage *stage, int8_t *codes) {
    for (int32_t i = 0; i < count; i++) {
        codes[i] = (int8_t)clamp_s32(codes[i], stage->minimum, stage->maximum);
    }
}

void add_s8(int32_t count, const struct add_stage *stage, const int8_t *a, const int8_t *b,
            int8_t *output) {
    struct quick_channel channel;
    int32_t blocks = 0;
    if (quick_factor(stage->output_multiplier, stage->output_left_shift, stage->output_zero_point,
                     &channel)) {
        blocks = count & ~3;
        add_blocks(blocks, stage, channel, a, b, output);
    }
    add_run(count - blocks, stage, a + blocks, 1, b + blocks, 1, output + blocks);
    if (stage->minimum > INT8_MIN || stage->maximum < INT8_MAX) {
        clamp_codes(blocks, stage, output);
    }
}

void add_broadcast_s8(const struct broadcast_shape *shape, const struct add_stage *stage,
                      const int8_t *a, const int8_t *b, int8_t *output) {
    struct broadcast_run run = {0};
    do {
        add_run(shape->extent[2], stage, a + run.a, shape->a_step[2], b + run.b, shape->b_step[2],
                output);
        output += shape->extent[2];
    } while (next_broadcast_run(shape, &run));
}

/* Brings one consumer's mantissas to the exponent of the sum, `delta` above theirs:
 * scale(error, 2^30, 30 + delta) = (error * unit + half) >> down, quick for a delta from -14 on. */
struct alignment {
    int32_t unit, half, down, shift;
};

static struct alignment alignment_to(const struct error_range *sum,
                                     const struct error_range *consumer) {
    const int32_t shift = error_shift(30, consumer->exponent, sum->exponent);
    const int32_t delta = clamp_s32(shift - 30, -14, 31); /* from 16 on every mantissa becomes 0 */
    return (struct alignment){.unit = delta < 0 ? 1 << -delta : 1,
                              .half = delta > 0 ? 1 << (delta - 1) : 0,
                              .down = delta > 0 ? delta : 0,
                              .shift = shift};
}

static inline int32_t aligned(int16_t error, struct alignment to) {
    return (error * to.unit + to.half) >> to.down; /* |.| <= 2^29 */
}

/* The same for any delta. */
static int32_t far_sum(int16_t a, struct alignment a_to, int16_t b, struct alignment b_to) {
    return saturate_s32((int64_t)scale(a, 1 << 30, a_to.shift) + scale(b, 1 << 30, b_to.shift));
}

void sum_errors_s16(int32_t count, int32_t limit, const int16_t *a,
                    const struct error_range *a_range, const int16_t *b,
                    const struct error_range *b_range, int16_t *sum,
                    struct error_range *sum_range) {
    const struct alignment a_to = alignment_to(sum_range, a_range);
    const struct alignment b_to = alignment_to(sum_range, b_range);
    const bool is_near = a_to.shift >= 30 - 14 && b_to.shift >= 30 - 14;
    struct error_writer errors = error_writer(0, 33, limit, sum_range);
    int32_t i = 0;
    for (; is_near && i < count; i++) {
        /* y = f(x), z = g(x)  =>  d_x = d_x through f + d_x through g */
        sum[i] = error_write_scaled(&errors, aligned(a[i], a_to) + aligned(b[i], b_to));
    }
    for (; i < count; i++) {
        sum[i] = error_write_scaled(&errors, far_sum(a[i], a_to, b[i], b_to));
    }
    sum_range->observed = errors.observed;
}
