#include "fully_connected.h"

#include <string.h>

#include "inner_product.h"

/* The one row of inputs, zero point off. */
struct inputs {
    /* Groups of four of which not all are 0: where it begins, the pair (0, 2) and the pair (1, 3). */
    const uint32_t *groups, *end;
    const uint16_t *below; /* how many inputs are smaller, for 0 ... 256 */
    int32_t largest;       /* no input is negative where the quick way is taken */
};

enum { GROUP_WORDS = 3, INPUT_VALUES = 257 };

/* Counts the inputs below each value; false where one is negative. */
static bool count_inputs(const int8_t *input, int32_t zero_point, int32_t count, uint16_t *below,
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

static uint32_t *pack_groups(const int8_t *input, int32_t zero_point, int32_t count,
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

/* Weights of one output: what an input of 1 takes off, in Q32, and the factor where that is not asked. */
struct output_step {
    int64_t step;
    bool is_wide; /* scale each product by the factor instead */
    int32_t error;
    struct update_factor factor;
};

static struct output_step output_step_of(int32_t error, struct update_factor factor) {
    struct output_step output = {.is_wide = factor.shift < 32, .error = error, .factor = factor};
    if (factor.shift >= 32 && factor.shift <= 62) {
        /* |product| <= 2^15 * 2^31 */
        int64_t half = (INT64_C(1) << (factor.shift - 32)) >> 1;
        output.step = ((int64_t)error * factor.multiplier + half) >> (factor.shift - 32);
    }
    return output;
}

/* The weights of `count` (1 to 4) inputs of one output, whose first stands at `at`. */
static void move_some(const struct output_step *output, const struct step_update *update,
                      const int8_t *input, int32_t zero_point, int32_t count,
                      const struct weight_planes *planes, int32_t at,
                      struct update_counts *counts) {
    int32_t gradients[4], deltas[4];
    for (int32_t k = 0; k < count; k++) {
        int32_t value = input[k] - zero_point;
        gradients[k] = output->error * value;
        /* |step * value| < 2^46 * 2^8 */
        deltas[k] =
            output->is_wide
                ? scale(gradients[k], output->factor.multiplier, output->factor.shift)
                : saturate_s32((output->step * value + INT64_C(0x80000000)) >> 32);
    }
    weights_take(count, gradients, deltas, output->factor.decay, update, planes, at, counts);
}

/* delta = (step * input + 2^31) >> 32 of groups of inputs >= 0, |delta| <= 127, all of one sign. SMLAWB
 * rounds down before the shift does: the two are one rounding. Returns the group of a weight which would
 * leave its range, or the end.
 *
 * A positive delta takes one off the weight where residual < delta - 128, and leaves residual - delta
 * modulo 256; a negative one adds one where residual > 127 + delta. */
KERNEL_INLINE const uint32_t *move_groups(bool positive, int32_t step, const uint32_t *group,
                                          const uint32_t *end, int8_t *weight, int8_t *residual) {
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

/* All weights of one output where nothing accompanies their steps; false where its steps are too large. */
static bool move_all(const struct dense_shape *shape, const struct output_step *output,
                     const struct step_update *update, const struct inputs *inputs,
                     const int8_t *input, int32_t zero_point, const struct weight_planes *planes,
                     int32_t first, struct update_counts *counts) {
    const int32_t trained = shape->trained_channels;
    const bool positive = output->step > 0;
    const int64_t size = positive ? output->step : -output->step;
    if (output->is_wide || size > INT32_MAX || (size * inputs->largest + INT32_MAX) >> 32 > 126) {
        return false;
    }
    /* Inputs up to `still` move nothing. */
    uint32_t most = positive ? INT32_MAX : (uint32_t)INT32_MAX + 1;
    uint32_t still = size == 0 ? 255 : most / (uint32_t)size;
    still = still > 255 ? 255 : still;
    counts->unchanged += (uint64_t)(output->error != 0 ? inputs->below[still + 1] - inputs->below[1] : 0);
    if ((int32_t)still >= inputs->largest) {
        return true;
    }
    /* What moves nothing has been counted. */
    struct update_counts rest = {0, 0};
    const uint32_t *group = inputs->groups;
    for (;;) {
        int8_t *weight = planes->weight + first, *residual = planes->residual + first;
        group = positive ? move_groups(true, (int32_t)output->step, group, inputs->end, weight, residual)
                         : move_groups(false, (int32_t)output->step, group, inputs->end, weight, residual);
        if (group == inputs->end) {
            break;
        }
        int32_t at = (int32_t)group[0];
        move_some(output, update, input + at, zero_point, 4, planes, first + at, &rest);
        group += GROUP_WORDS;
    }
    if ((trained & 3) != 0) {
        int32_t at = trained & ~3;
        move_some(output, update, input + at, zero_point, trained & 3, planes, first + at, &rest);
    }
    counts->saturated += rest.saturated;
    return true;
}

/* output[o] += (input[i] - zero_point) * weights[o,i]  =>
 * d_weights[o,i] = d_output[o] * (input[i] - zero_point), and its step as SEMANTICS.md says of one row. */
static void update_over_row(const struct dense_shape *shape, const struct update_stage *stage,
                            const struct step_update *update, int32_t zero_point,
                            const int8_t *input, const int16_t *d_output,
                            const struct error_range *d_output_range, int16_t *scratch,
                            const struct weight_planes *planes, struct update_counts *counts) {
    const int32_t trained = shape->trained_channels;
    uint32_t *groups = (uint32_t *)scratch;
    uint16_t *below = (uint16_t *)scratch + trained / 4 * (2 * GROUP_WORDS);
    struct inputs inputs = {.groups = groups, .end = groups, .below = below};
    const bool is_plain = planes->residual != 0 && planes->velocity == 0;
    const bool is_quick = is_plain && trained <= UINT16_MAX &&
                          count_inputs(input, zero_point, trained, below, &inputs.largest);
    if (is_quick) {
        inputs.end = pack_groups(input, zero_point, trained, groups);
    }
    for (int32_t o = 0; o < shape->output_channels; o++) {
        struct update_factor factor = update_factor_of(stage, o, update, d_output_range);
        struct output_step output = output_step_of(d_output[o], factor);
        int32_t first = o * trained;
        if (is_quick && factor.decay == 0 &&
            move_all(shape, &output, update, &inputs, input, zero_point, planes, first, counts)) {
            continue;
        }
        for (int32_t i = 0; i < trained; i += 4) {
            int32_t count = trained - i < 4 ? trained - i : 4;
            move_some(&output, update, input + i, zero_point, count, planes, first + i, counts);
        }
    }
}

void fully_connected_s8_update_weights(const struct dense_shape *shape,
                                       const struct update_stage *stage,
                                       const struct step_update *update, int32_t input_zero_point,
                                       const int8_t *input, const int16_t *d_output,
                                       const struct error_range *d_output_range, int16_t *scratch,
                                       struct weight_planes planes, struct update_counts *counts) {
    if (shape->rows == 1) {
        update_over_row(shape, stage, update, input_zero_point, input, d_output, d_output_range,
                        scratch, &planes, counts);
        return;
    }
    const struct conv2d_shape pointwise = fully_connected_pointwise(shape);
    conv2d_s8_update_weights(&pointwise, stage, update, input_zero_point, input, d_output,
                             d_output_range, scratch, planes, counts);
}
