#include "fully_connected.h"

#include <string.h>

#include "inner_product.h"

/* How groups of four take the steps of one output. */
enum way { ONE_BY_ONE, AS_BYTES, AS_HALFWORDS };

/* Weights of one output: what an input of 1 takes off, in Q32, and the factor where that is not asked. */
struct output_step {
    int64_t step;
    bool is_wide; /* scale each product by the factor instead */
    int32_t error;
    struct update_factor factor;
};

/* One call's operands, and its one row of inputs with the zero point taken off. It lies in the scratch,
 * because the stack is small. */
struct row {
    const int8_t *input;
    int32_t zero_point;
    const struct step_update *update;
    const struct weight_planes *planes;
    struct update_counts *counts;
    struct output_step output; /* the one being updated */
    int32_t gradients[4], deltas[4];
    /* Groups of four of which not all are 0: where it begins, the pair (0, 2) and the pair (1, 3). */
    const uint32_t *groups, *end;
    uint16_t *below; /* how many codes are smaller, for -128 ... 128 */
    int32_t largest; /* size of an input */
    bool has_negative;
    bool is_counted; /* otherwise only the operands above are there */
};
_Static_assert(sizeof(struct row) <= 2 * ROW_NOTES, "fully_connected_update_scratch");

enum { GROUP_WORDS = 3, CODE_COUNTS = 257 };

static OUT_OF_LINE void count_inputs(struct row *row, int32_t count) {
    uint16_t *below = row->below;
    memset(below, 0, CODE_COUNTS * sizeof *below);
    row->largest = 0;
    row->has_negative = false;
    for (int32_t i = 0; i < count; i++) {
        int32_t value = row->input[i] - row->zero_point, size = value < 0 ? -value : value;
        below[row->input[i] + 129]++;
        row->largest = size > row->largest ? size : row->largest;
        row->has_negative |= value < 0;
    }
    for (int32_t code = 1; code < CODE_COUNTS; code++) {
        below[code] = (uint16_t)(below[code] + below[code - 1]);
    }
}

static OUT_OF_LINE uint32_t *pack_groups(const int8_t *input, int32_t zero_point, int32_t count,
                             uint32_t *groups) {
    const uint32_t minus = pair_of(-zero_point, -zero_point);
    for (int32_t i = 0; i + 4 <= count; i += 4) {
        uint32_t codes = load_word(input + i);
        groups[0] = (uint32_t)i;
        groups[1] = sxtab16(minus, codes);
        groups[2] = sxtab16_odd(minus, codes);
        groups += (groups[1] | groups[2]) != 0 ? GROUP_WORDS : 0;
    }
    return groups;
}

static OUT_OF_LINE void start_output(struct row *row, int32_t error, struct update_factor factor) {
    row->output = (struct output_step){.is_wide = factor.shift < 32, .error = error, .factor = factor};
    if (factor.shift >= 32 && factor.shift <= 62) {
        /* |product| <= 2^15 * 2^31 */
        int64_t half = (INT64_C(1) << (factor.shift - 32)) >> 1;
        row->output.step = ((int64_t)error * factor.multiplier + half) >> (factor.shift - 32);
    }
}

/* The weights of inputs i ..< i + count (1 to 4) of the output whose weights begin at `first`. */
static OUT_OF_LINE void move_some(struct row *row, int32_t first, int32_t i, int32_t count,
                                  struct update_counts *counts) {
    const struct output_step *output = &row->output;
    for (int32_t k = 0; k < count; k++) {
        int32_t value = row->input[i + k] - row->zero_point;
        row->gradients[k] = output->error * value;
        /* |step * value| < 2^46 * 2^8 */
        row->deltas[k] =
            output->is_wide
                ? scale(row->gradients[k], output->factor.multiplier, output->factor.shift)
                : saturate_s32((output->step * value + INT64_C(0x80000000)) >> 32);
    }
    weights_take(count, row->gradients, row->deltas, output->factor.decay, row->update, row->planes,
                 first + i, counts);
}

/* delta = (step * input + 2^31) >> 32 of groups of inputs >= 0, |delta| <= 127, all of one sign. SMLAWB
 * rounds down before the shift does: the two are one rounding. Returns the group of a weight which would
 * leave its range, or the end.
 *
 * A positive delta takes one off the weight where residual < delta - 128, and leaves residual - delta
 * modulo 256; a negative one adds one where residual > 127 + delta. */
KERNEL_INLINE const uint32_t *move_small_groups(bool positive, int32_t step,
                                                const uint32_t *group, const uint32_t *end,
                                                int8_t *weight, int8_t *residual) {
    const uint32_t ones = UINT32_C(0x01010101), lowest = UINT32_C(0x81818181);
    const int32_t bias = (positive ? 128 : 127) * 65536 + (1 << 15);
    for (; group != end; group += GROUP_WORDS) {
        const uint32_t at = group[0], even = group[1], odd = group[2];
        uint32_t d0 = (uint32_t)smlawb(step, even, bias), d2 = (uint32_t)smlawt(step, even, bias);
        uint32_t d1 = (uint32_t)smlawb(step, odd, bias), d3 = (uint32_t)smlawt(step, odd, bias);
        uint32_t deltas = pack_tops(d0, d2) | pack_tops(d1, d3) << 8;
        uint32_t w = load_word(weight + at), r = load_word(residual + at), rest;
        if (positive) {
            w = ssub8_sel(r, deltas, w, qsub8(w, ones), &r);
            r ^= UINT32_C(0x80808080);
        } else {
            w = ssub8_sel(deltas, r, w, uadd8(w, ones), &r);
            r ^= UINT32_C(0x7f7f7f7f);
        }
        if (ssub8_sel(w, lowest, 0, ones, &rest) != 0) {
            return group;
        }
        store_word(weight + at, w);
        store_word(residual + at, r);
    }
    return end;
}

/* The same for |delta| < 32767 and inputs of any sign: halfwords of weight16 + 128, whose high byte is
 * the weight. QSUB16 takes delta + 1 and the 1 is added again, which wraps where QSUB16 has met its
 * upper end: a sum beyond either end of the range becomes a weight of -128. */
KERNEL_INLINE const uint32_t *move_wide_groups(int64_t step, const uint32_t *group,
                                               const uint32_t *end, int8_t *weight,
                                               int8_t *residual) {
    const uint32_t signs = UINT32_C(0x80808080), high_bytes = UINT32_C(0xff00ff00);
    const uint32_t lowest = UINT32_C(0x81818181), ones = UINT32_C(0x00010001);
    const int32_t high = (int32_t)(step >> 16), low = (int32_t)(step & 0xffff);
    const int32_t bias = (1 << 16) + (1 << 15); /* 1, and the rounding */
    for (; group != end; group += GROUP_WORDS) {
        const uint32_t at = group[0];
        uint32_t even = scaled_pair(high, low, group[1], bias);
        uint32_t odd = scaled_pair(high, low, group[2], bias);
        uint32_t w = load_word(weight + at), r = load_word(residual + at) ^ signs, rest;
        even = sadd16(qsub16(uxtab16(w << 8 & high_bytes, r), even), ones);
        odd = sadd16(qsub16(uxtab16_odd(w & high_bytes, r), odd), ones);
        w = uxtab16_odd(odd & high_bytes, even);
        r = uxtab16(odd << 8 & high_bytes, even) ^ signs;
        if (ssub8_sel(w, lowest, lowest, w, &rest) != lowest) {
            return group;
        }
        store_word(weight + at, w);
        store_word(residual + at, r);
    }
    return end;
}

static OUT_OF_LINE enum way way_of(const struct row *row) {
    const struct output_step *output = &row->output;
    if (!row->is_counted || output->is_wide || output->factor.decay != 0) {
        return ONE_BY_ONE;
    }
    int64_t size = output->step < 0 ? -output->step : output->step;
    /* < 2^46 * 2^8 */
    int64_t delta = (size * row->largest + INT64_C(0x80000000)) >> 32;
    if (delta >= INT16_MAX) {
        return ONE_BY_ONE;
    }
    return delta <= 127 && size <= INT32_MAX && !row->has_negative ? AS_BYTES : AS_HALFWORDS;
}

/* Counts the inputs that move nothing, and returns whether one may move something. A product of
 * -2^31 still rounds to 0, one of 2^31 does not. */
static OUT_OF_LINE bool count_still(const struct row *row) {
    const struct output_step *output = &row->output;
    const int64_t size = output->step < 0 ? -output->step : output->step;
    const uint32_t most = UINT32_C(1) << 31;
    /* Quotients above 255 are all the same; 0 where the size is larger. */
    const uint32_t divisor = size > most ? most + 1 : size < 1 << 22 ? 1 << 22 : (uint32_t)size;
    const int32_t minus = (int32_t)(most / divisor), plus = (int32_t)((most - 1) / divisor);
    const int32_t down = output->step < 0 ? plus : minus, up = output->step < 0 ? minus : plus;
    if (output->error != 0) {
        const uint16_t *zero = row->below + row->zero_point + 128;
        const uint16_t *first = row->below + clamp_s32(row->zero_point + 128 - down, 0, 255);
        const uint16_t *last = row->below + clamp_s32(row->zero_point + 128 + up, 0, 255);
        row->counts->unchanged += (uint64_t)((last[1] - *first) - (zero[1] - *zero));
    }
    return plus < row->largest;
}

/* Groups from `group` to the first that has to be moved one by one, which it returns, or the end. */
static OUT_OF_LINE const uint32_t *move_groups(const struct row *row, enum way way,
                                               const uint32_t *group, int32_t first) {
    const int64_t step = row->output.step;
    int8_t *weight = row->planes->weight + first, *residual = row->planes->residual + first;
    if (way == AS_HALFWORDS) {
        return move_wide_groups(step, group, row->end, weight, residual);
    }
    return step > 0 ? move_small_groups(true, (int32_t)step, group, row->end, weight, residual)
                    : move_small_groups(false, (int32_t)step, group, row->end, weight, residual);
}

/* All weights of one output. */
static void move_all(struct row *row, int32_t trained, int32_t first) {
    const enum way way = way_of(row);
    if (way == ONE_BY_ONE) {
        for (int32_t i = 0; i < trained; i += 4) {
            move_some(row, first, i, trained - i < 4 ? trained - i : 4, row->counts);
        }
        return;
    }
    if (!count_still(row)) {
        return;
    }
    /* What moves nothing has been counted. */
    struct update_counts rest = {0, 0};
    const uint32_t *group = row->groups;
    for (;;) {
        group = move_groups(row, way, group, first);
        if (group == row->end) {
            break;
        }
        move_some(row, first, (int32_t)group[0], 4, &rest);
        group += GROUP_WORDS;
    }
    if ((trained & 3) != 0) {
        move_some(row, first, trained & ~3, trained & 3, &rest);
    }
    row->counts->saturated += rest.saturated;
}

/* output[o] += (input[i] - zero_point) * weights[o,i]  =>
 * d_weights[o,i] = d_output[o] * (input[i] - zero_point), and its step as SEMANTICS.md says of one row. */
static void update_over_row(const struct dense_shape *shape, const struct update_stage *stage,
                            struct row *row, const int16_t *d_output,
                            const struct error_range *d_output_range, int16_t *scratch) {
    const int32_t trained = shape->trained_channels;
    row->is_counted =
        row->planes->residual != 0 && row->planes->velocity == 0 && trained <= UINT16_MAX;
    if (row->is_counted) {
        uint32_t *groups = (uint32_t *)scratch;
        row->groups = groups;
        row->end = pack_groups(row->input, row->zero_point, trained, groups);
        row->below = (uint16_t *)scratch + trained / 4 * (2 * GROUP_WORDS);
        count_inputs(row, trained);
    }
    for (int32_t o = 0; o < shape->output_channels; o++) {
        start_output(row, d_output[o], update_factor_of(stage, o, row->update, d_output_range));
        move_all(row, trained, o * trained);
    }
}

static OUT_OF_LINE void shape_of_rows(const struct dense_shape *shape, struct conv2d_shape *rows) {
    *rows = fully_connected_pointwise(shape);
}

void fully_connected_s8_update_weights(const struct dense_shape *shape,
                                       const struct update_stage *stage,
                                       const struct step_update *update, int32_t input_zero_point,
                                       const int8_t *input, const int16_t *d_output,
                                       const struct error_range *d_output_range, int16_t *scratch,
                                       struct weight_planes planes, struct update_counts *counts) {
    if (shape->rows == 1) {
        struct row *row = (struct row *)scratch;
        row->input = input;
        row->zero_point = input_zero_point;
        row->update = update;
        row->planes = &planes;
        row->counts = counts;
        update_over_row(shape, stage, row, d_output, d_output_range, scratch + ROW_NOTES);
        return;
    }
    struct conv2d_shape *pointwise = (struct conv2d_shape *)scratch;
    shape_of_rows(shape, pointwise);
    conv2d_s8_update_weights(pointwise, stage, update, input_zero_point, input, d_output,
                             d_output_range, scratch + ROW_NOTES, planes, counts);
}
