#include "conv2d_forward.h"

#include <stddef.h>
#include <string.h>

#include "fixed_point.h"
#include "panel_product.h"
#include "window.h"

/* Codes, rounded once or twice, or sums where `accumulators` is not NULL. */
struct destination {
    const struct output_stage *stage;
    int32_t channels;
    bool rounds_once;
    int8_t *codes;
    int32_t *accumulators;
};

/* |sum - start| <= KH*KW*I * 255 * 128 < 2^31 for up to 65,793 terms. */
static void start_sums_by_4(const int32_t *bias, int32_t fraction_bits, int32_t count,
                            int32_t *sums) {
    for (const int32_t *end = bias + count; bias < end; bias++, sums += 4) {
        int32_t start = bias_start(*bias, fraction_bits);
        memcpy(sums, (int32_t[4]){start, start, start, start}, 4 * sizeof *sums);
    }
}

static void start_sums_by_1(const int32_t *bias, int32_t fraction_bits, int32_t count,
                            int32_t *sums) {
    for (int32_t o = 0; o < count; o++) {
        sums[o] = bias_start(bias[o], fraction_bits);
    }
}

/* Any factor and rounding. */
static int8_t code_of(const struct destination *to, int32_t o, int32_t sum) {
    const struct output_stage *stage = to->stage;
    int32_t multiplier = stage->multiplier[o], left_shift = stage->left_shift[o];
    int32_t value = to->rounds_once ? requantize_once(sum, multiplier, left_shift)
                                    : requantize(sum, multiplier, left_shift);
    return output_code(value, stage->output_zero_point, stage->minimum, stage->maximum);
}

/* Sums of `count` channels from o on, at the four positions from `at` on. */
static void store_by_4(const struct destination *to, int32_t at, int32_t o, int32_t count,
                       const int32_t *sums) {
    const int32_t channels = to->channels;
    int8_t *y = to->codes + at * channels + o;
    for (int32_t i = 0; i < count; i++) {
        if (!to->rounds_once) {
            i += quick_codes(to->stage, o + i, count - i, sums + 4 * i, y + i, channels);
        }
        for (int32_t p = 0; p < 4 && i < count; p++) {
            y[p * channels + i] = code_of(to, o + i, sums[4 * i + p]);
        }
    }
}

static void store_by_1(const struct destination *to, int32_t at, int32_t o, int32_t count,
                       const int32_t *sums) {
    int8_t *y = to->codes + at * to->channels + o;
    for (int32_t i = 0; i < count; i++) {
        y[i] = code_of(to, o + i, sums[i]);
    }
}

static void store_sums(const struct destination *to, int32_t at, int32_t block, int32_t o,
                       int32_t count, const int32_t *sums) {
    for (int32_t i = 0; i < count; i++) {
        for (int32_t p = 0; p < block; p++) {
            to->accumulators[(at + p) * to->channels + o + i] = *sums++;
        }
    }
}

/* A plane's weights, and what they are multiplied with at the positions of a block. */
struct packed_plane {
    const int8_t *weights;
    int16_t *operand;
    int32_t columns, groups;
};

/* All output channels of a block of positions, a chunk of them at a time. */
static void outputs(const struct packed_plane *trained, const struct packed_plane *frozen,
                    const int32_t *bias, int32_t block, int32_t at, int32_t *sums,
                    const struct destination *to) {
    const int8_t *row = trained->weights, *panel = frozen->weights;
    int32_t count;
    for (int32_t o = 0; o < to->channels; o += count) {
        count = to->channels - o < CHANNEL_CHUNK ? to->channels - o : CHANNEL_CHUNK;
        if (block == 1) {
            start_sums_by_1(bias + o, to->stage->bias_fraction_bits, count, sums);
        } else {
            start_sums_by_4(bias + o, to->stage->bias_fraction_bits, count, sums);
        }
        if (trained->columns > 0) {
            if (block == 1) {
                rows_by_1(row, trained->operand, trained->columns, count, sums);
            } else {
                rows_by_4(row, trained->operand, trained->columns, count, sums);
            }
            row += count * trained->columns;
        }
        if (frozen->columns > 0) {
            int32_t pairs = (count + 1) / 2;
            if (block == 1) {
                panel = panels_by_1(panel, frozen->operand, frozen->groups, pairs, sums);
            } else {
                panel = panels_by_4(panel, frozen->operand, frozen->groups, pairs, sums);
            }
        }
        if (to->accumulators != NULL) {
            store_sums(to, at, block, o, count, sums);
        } else if (block == 1) {
            store_by_1(to, at, o, count, sums);
        } else {
            store_by_4(to, at, o, count, sums);
        }
    }
}

static inline void copy_codes(int8_t *to, const int8_t *from, int32_t count) {
    if (count < 4) {
        for (int32_t i = 0; i < count; i++) {
            to[i] = from[i];
        }
        return;
    }
    int32_t last = count - 4;
    for (int32_t i = 0; i < last; i += 4) {
        store_word(to + i, load_word(from + i));
    }
    store_word(to + last, load_word(from + last));
}

/* A plane's codes in the window of one position, tap after tap: the columns of its weights. What lies
 * outside of the map is the zero point. Neighbouring taps of a row
 * are one run where the plane holds all channels and nothing is dilated. */
static void gather(const struct conv2d_shape *shape, const struct conv2d_plane *plane,
                   const int8_t *input, int32_t zero_point, int32_t groups, int32_t oy, int32_t ox,
                   int8_t *to) {
    const int32_t y = oy * shape->stride_height - shape->pad_top;
    const int32_t x = ox * shape->stride_width - shape->pad_left;
    const struct span rows =
        taps_inside(y, shape->dilation_height, shape->kernel_height, shape->input_height);
    const struct span columns =
        taps_inside(x, shape->dilation_width, shape->kernel_width, shape->input_width);
    const uint32_t zeros = (uint32_t)(uint8_t)zero_point * UINT32_C(0x01010101);
    const bool is_inside = rows.end - rows.begin == shape->kernel_height &&
                           columns.end - columns.begin == shape->kernel_width;
    for (int32_t group = 0; group < groups && !is_inside; group++) {
        store_word(to + group * COLUMN_GROUP, zeros);
    }
    const bool joined = plane->channels == shape->input_channels && shape->dilation_width == 1;
    const int32_t run = joined ? columns.end - columns.begin : 1;
    const int32_t step = shape->dilation_width * shape->input_channels;
    for (int32_t ky = rows.begin; ky < rows.end; ky++) {
        const int8_t *from =
            input + plane->first_channel +
            ((y + ky * shape->dilation_height) * shape->input_width + x) * shape->input_channels;
        int8_t *row = to + ky * shape->kernel_width * plane->channels;
        for (int32_t kx = columns.begin; kx < columns.end; kx += run) {
            copy_codes(row + kx * plane->channels, from + kx * step, run * plane->channels);
        }
    }
}

/* The pairs of four codes of one of `positions`. */
static inline void pack_group(const int8_t *codes, uint32_t minus_zero_point, int32_t positions,
                              int16_t *to) {
    uint32_t word = load_word(codes);
    store_word(to, sxtab16(minus_zero_point, word));
    store_word(to + 2 * positions, sxtab16_odd(minus_zero_point, word));
}

static void pack_by_4(const int8_t *const *codes, int32_t groups, uint32_t minus_zero_point,
                      int16_t *to) {
    const int8_t *p0 = codes[0], *p1 = codes[1], *p2 = codes[2], *p3 = codes[3];
    for (int32_t group = 0; group < groups; group++, to += 4 * COLUMN_GROUP) {
        pack_group(p0, minus_zero_point, 4, to);
        pack_group(p1, minus_zero_point, 4, to + 2);
        pack_group(p2, minus_zero_point, 4, to + 4);
        pack_group(p3, minus_zero_point, 4, to + 6);
        p0 += COLUMN_GROUP, p1 += COLUMN_GROUP, p2 += COLUMN_GROUP, p3 += COLUMN_GROUP;
    }
}

static void pack_by_1(const int8_t *codes, int32_t groups, uint32_t minus_zero_point, int16_t *to) {
    for (int32_t group = 0; group < groups; group++) {
        pack_group(codes + group * COLUMN_GROUP, minus_zero_point, 1, to + group * COLUMN_GROUP);
    }
}

/* Packs what a plane reads at `block` positions from `at` on. `scratch` holds the operand and behind it,
 * where the codes are not taken as they lie in the map, the gathered codes. */
static void pack(const struct conv2d_shape *shape, const struct conv2d_plane *plane,
                 const int8_t *input, int32_t zero_point, int32_t groups, int32_t at, int32_t block,
                 int16_t *operand, int8_t *gathered) {
    const bool in_place = conv2d_reads_in_place(shape, plane->channels);
    const uint32_t minus_zero_point = pair_of(-zero_point, -zero_point);
    const int8_t *codes[POSITION_BLOCK];
    for (int32_t p = 0; p < block; p++) {
        int32_t oy = (at + p) / shape->output_width;
        int32_t ox = (at + p) - oy * shape->output_width;
        if (in_place) {
            int32_t pixel = oy * shape->stride_height * shape->input_width + ox * shape->stride_width;
            codes[p] = input + pixel * shape->input_channels + plane->first_channel;
        } else {
            int8_t *to = gathered + p * groups * COLUMN_GROUP;
            gather(shape, plane, input, zero_point, groups, oy, ox, to);
            codes[p] = to;
        }
    }
    if (block == 1) {
        pack_by_1(codes[0], groups, minus_zero_point, operand);
    } else {
        pack_by_4(codes, groups, minus_zero_point, operand);
    }
}

/* A whole byte is the clamp of `quick_code`; what is narrower is done here. */
static void clamp_codes(const struct output_stage *stage, int32_t count, int8_t *codes) {
    if (stage->minimum == INT8_MIN && stage->maximum == INT8_MAX) {
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        codes[i] = (int8_t)clamp_s32(codes[i], stage->minimum, stage->maximum);
    }
}

void conv2d_forward(const struct conv2d_shape *shape, const struct output_stage *stage,
                    bool rounds_once, const int8_t *input, struct weights_s8 weights,
                    const int32_t *bias, int16_t *scratch, int8_t *output, int32_t *accumulators) {
    const int32_t taps = shape->kernel_height * shape->kernel_width;
    const int32_t positions = shape->output_height * shape->output_width;
    const int32_t block = conv2d_block(shape);
    const struct destination to = {stage, shape->output_channels, rounds_once, output, accumulators};
    struct packed_plane packed[2];
    struct conv2d_plane planes[2];
    int16_t *free = scratch + conv2d_sums(shape);
    for (int32_t i = 0; i < 2; i++) {
        planes[i] = conv2d_plane_at(shape, weights, i);
        int32_t columns = taps * planes[i].channels;
        packed[i] = (struct packed_plane){planes[i].weights, free, columns, column_groups(columns)};
        free += packed[i].groups * COLUMN_GROUP * block;
    }
    for (int32_t at = 0; at < positions; at += block) {
        at = at + block > positions ? positions - block : at;
        for (int32_t i = 0; i < 2; i++) {
            if (packed[i].columns > 0) {
                pack(shape, &planes[i], input, stage->input_zero_point, packed[i].groups, at, block,
                     packed[i].operand, (int8_t *)free);
            }
        }
        outputs(&packed[0], &packed[1], bias, block, at, (int32_t *)(void *)scratch, &to);
    }
    if (output != NULL) {
        clamp_codes(stage, positions * shape->output_channels, output);
    }
}

void conv2d_s8(const struct conv2d_shape *shape, const struct output_stage *stage,
               const int8_t *input, struct weights_s8 weights, const int32_t *bias,
               int16_t *scratch, int8_t *output) {
    conv2d_forward(shape, stage, false, input, weights, bias, scratch, output, NULL);
}

void conv2d_s8_accumulate(const struct conv2d_shape *shape, const struct output_stage *stage,
                          const int8_t *input, struct weights_s8 weights, const int32_t *bias,
                          int16_t *scratch, int32_t *accumulators) {
    conv2d_forward(shape, stage, false, input, weights, bias, scratch, NULL, accumulators);
}
