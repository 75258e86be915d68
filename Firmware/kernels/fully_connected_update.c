#include "fully_connected.h"

#include <string.h>

#include "inner_product.h"

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
    const uint16_t *below; /* how many inputs are smaller, for 0 ... 256 */
    int32_t largest;       /* no input is negative where the quick way is taken */
};
_Static_assert(sizeof(struct row) <= 2 * ROW_NOTES, "fully_connected_update_scratch");

enum { GROUP_WORDS = 3, INPUT_VALUES = 257 };

/* Counts the inputs below each value; false where one is negative. */
static OUT_OF_LINE bool count_inputs(const int8_t *input, int32_t zero_point, int32_t count, uint16_t *below,
                         int32_t *largest) {
    memset(below, 0, INPUT_VALUES * sizeof *below);
    *largest = 0;
    for (int32_t i = 0; i < count; i++) {
        int32_t value = input[i] - zero_point;
        if (value < 0) {
            return false;
        }
        below[value + 1]++;
        *largest = value > *largest ? value : *largest;
    }
    for (int32_t value = 1; value < INPUT_VALUES; value++) {
        below[value] = (uint16_t)(below[value] + below[value - 1]);
    }
    return true;
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
KERNEL_INLINE const uint32_t *move_groups_of(bool positive, int32_t step, const uint32_t *group,
                                             const uint32_t *end, int8_t *weight,
                                             int8_t *residual) {
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

static OUT_OF_LINE const uint32_t *move_groups(int32_t step, const uint32_t *group,
                                               const uint32_t *end, int8_t *weight,
                                               int8_t *residual) {
    return step > 0 ? move_groups_of(true, step, group, end, weight, residual)
                    : move_groups_of(false, step, group, end, weight, residual);
}

/* Whether SMLAWB and bytes hold all steps of one output. */
static bool is_small(const struct row *row, const struct output_step *output) {
    int64_t size = output->step < 0 ? -output->step : output->step;
    return !output->is_wide && output->factor.decay == 0 && size <= INT32_MAX &&
           (size * row->largest + INT32_MAX) >> 32 <= 126;
}

/* The largest input that moves nothing; it counts those that do not. */
static int32_t count_still(const struct row *row, const struct output_step *output) {
    const uint32_t size = (uint32_t)(output->step < 0 ? -output->step : output->step);
    const uint32_t most = (uint32_t)INT32_MAX + (output->step < 0 ? 1 : 0);
    const uint32_t still = size == 0 || most / size > 255 ? 255 : most / size;
    if (output->error != 0) {
        row->counts->unchanged += (uint64_t)(row->below[still + 1] - row->below[1]);
    }
    return (int32_t)still;
}

/* All weights of one output, whose steps are small. */
static void move_all(struct row *row, int32_t trained, int32_t first) {
    const struct output_step *output = &row->output;
    if (count_still(row, output) >= row->largest) {
        return;
    }
    int8_t *weight = row->planes->weight + first, *residual = row->planes->residual + first;
    /* What moves nothing has been counted. */
    struct update_counts rest = {0, 0};
    const uint32_t *group = row->groups;
    for (;;) {
        group = move_groups((int32_t)output->step, group, row->end, weight, residual);
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
    uint32_t *groups = (uint32_t *)scratch;
    uint16_t *below = (uint16_t *)scratch + trained / 4 * (2 * GROUP_WORDS);
    const bool is_quick = row->planes->residual != 0 && row->planes->velocity == 0 &&
                          trained <= UINT16_MAX &&
                          count_inputs(row->input, row->zero_point, trained, below, &row->largest);
    if (is_quick) {
        row->groups = groups;
        row->end = pack_groups(row->input, row->zero_point, trained, groups);
        row->below = below;
    }
    for (int32_t o = 0; o < shape->output_channels; o++) {
        start_output(row, d_output[o], update_factor_of(stage, o, row->update, d_output_range));
        if (is_quick && is_small(row, &row->output)) {
            move_all(row, trained, o * trained);
            continue;
        }
        for (int32_t i = 0; i < trained; i += 4) {
            int32_t count = trained - i < 4 ? trained - i : 4;
            move_some(row, o * trained, i, count, row->counts);
        }
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
