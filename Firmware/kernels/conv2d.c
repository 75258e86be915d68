#include "conv2d_forward.h"

#include <stddef.h>
#include <string.h>

#include "fixed_point.h"
#include "inner_product.h"
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

/* Any factor and rounding. */
static int8_t code_of(const struct destination *to, int32_t o, int32_t sum) {
    const struct output_stage *const stage = to->stage;
    struct quick_channel channel;
    if (quick_channel_of(stage, o, &channel)) {
        return to->rounds_once ? quick_code_once(&channel, sum) : quick_code(&channel, sum);
    }
    int32_t multiplier = stage->multiplier[o], left_shift = stage->left_shift[o];
    int32_t value = to->rounds_once ? requantize_once(sum, multiplier, left_shift)
                                    : requantize(sum, multiplier, left_shift);
    return output_code(value, stage->output_zero_point, stage->minimum, stage->maximum);
}

/* Sums of `count` channels from o on at the four positions from `at` on. */
static void store_by_4(const struct destination *to, int32_t at, int32_t o, int32_t count,
                       const int32_t *sums) {
    const int32_t first = at * to->channels + o;
    for (int32_t i = 0; i < count; i++) {
        if (to->accumulators == NULL && !to->rounds_once) {
            i += quick_codes(to->stage, o + i, count - i, sums + 4 * i, to->codes + first + i,
                             to->channels);
        }
        for (int32_t p = 0; p < 4 && i < count; p++) {
            int32_t place = first + p * to->channels + i, sum = sums[4 * i + p];
            if (to->accumulators == NULL) {
                to->codes[place] = code_of(to, o + i, sum);
            } else {
                to->accumulators[place] = sum;
            }
        }
    }
}

static void store_by_1(const struct destination *to, int32_t at, int32_t o, int32_t count,
                       const int32_t *sums) {
    const int32_t first = at * to->channels + o;
    if (to->accumulators != NULL) {
        memcpy(to->accumulators + first, sums, (size_t)count * sizeof *sums);
        return;
    }
    int8_t *codes = to->codes + first;
    struct quick_channel channel;
    for (int32_t i = 0; i < count; i++) {
        if (to->rounds_once && quick_channel_of(to->stage, o + i, &channel)) {
            codes[i] = quick_code_once(&channel, sums[i]);
        } else {
            codes[i] = code_of(to, o + i, sums[i]);
        }
    }
}

/* What a plane gives to the outputs of a block of positions: its weights, and its packed codes.
 * Windows that begin at y < inside_height, x < inside_width lie in the map with a run of codes in
 * each row, which may be read in whole words if they begin no further than at last_in_words. */
struct operand {
    struct conv2d_plane plane;
    int16_t *packed;
    int32_t columns, groups;
    int32_t run, row_step, last_in_words;
    uint32_t inside_height, inside_width;
    bool in_place,
        neighbours; /* codes lie in the map as they are wanted; position after position */
};

/* Bytes from the gathered codes of one position to those of the next. */
static inline int32_t gathered_room(const struct operand *operand) {
    return (operand->groups + 1) * COLUMN_GROUP;
}

/* All output channels of a block of positions, a chunk of them at a time.
 * |sum - start| <= KH*KW*I * 255 * 128 < 2^31 for up to 65,793 terms. */
static void outputs_by_4(const struct operand *trained, const struct operand *frozen,
                         const int32_t *bias, const struct destination *to, int32_t at,
                         int32_t *sums) {
    const int32_t fraction_bits = to->stage->bias_fraction_bits;
    const int8_t *row = trained->plane.weights, *panel = frozen->plane.weights;
    int32_t count;
    for (int32_t o = 0; o < to->channels; o += count) {
        count = to->channels - o < CHANNEL_CHUNK ? to->channels - o : CHANNEL_CHUNK;
        for (int32_t i = 0; i < count; i++) {
            store_four(sums + 4 * i, bias_start(bias[o + i], fraction_bits));
        }
        if (trained->columns > 0) {
            row = rows_by_4(row, trained->packed, trained->columns, count, sums);
        }
        if (frozen->columns > 0) {
            panel = panels_by_4(panel, frozen->packed, frozen->groups, (count + 1) / 2, sums);
        }
        store_by_4(to, at, o, count, sums);
    }
}

static void outputs_by_1(const struct operand *trained, const struct operand *frozen,
                         const int32_t *bias, const struct destination *to, int32_t at,
                         int32_t *sums) {
    const int32_t fraction_bits = to->stage->bias_fraction_bits;
    const int8_t *row = trained->plane.weights, *panel = frozen->plane.weights;
    int32_t count;
    for (int32_t o = 0; o < to->channels; o += count) {
        count = to->channels - o < CHANNEL_CHUNK ? to->channels - o : CHANNEL_CHUNK;
        for (int32_t i = 0; i < count; i++) {
            sums[i] = bias_start(bias[o + i], fraction_bits);
        }
        if (trained->columns > 0) {
            row = rows_by_1(row, trained->packed, trained->columns, count, sums);
        }
        if (frozen->columns > 0) {
            panel = panels_by_1(panel, frozen->packed, frozen->groups, (count + 1) / 2, sums);
        }
        store_by_1(to, at, o, count, sums);
    }
}

static inline uint32_t four_codes(int32_t code) {
    return (uint32_t)(uint8_t)code * UINT32_C(0x01010101);
}

static inline void copy_codes(const int8_t *from, int32_t count, int8_t *to) {
    if (count < 4) {
        for (; count > 0; count--) {
            *to++ = *from++;
        }
        return;
    }
    const int32_t last = count - 4;
    store_word(to, load_word(from));
    for (int32_t i = 4; i < last; i += 4) {
        store_word(to + i, load_word(from + i));
    }
    store_word(to + last, load_word(from + last));
}

/* A plane's codes in a window that is not all inside of the map; the rest is the zero point.
 * Neighbouring taps of a row are one run where the plane holds all channels and nothing is dilated.
 */
static OUT_OF_LINE void gather_some(const struct conv2d_shape *shape,
                                    const struct conv2d_plane *plane, const int8_t *input,
                                    int32_t zero_point, int32_t y, int32_t x, int8_t *to) {
    const struct span rows =
        taps_inside(y, shape->dilation_height, shape->kernel_height, shape->input_height);
    const struct span columns =
        taps_inside(x, shape->dilation_width, shape->kernel_width, shape->input_width);
    const bool joined = plane->channels == shape->input_channels && shape->dilation_width == 1;
    const int32_t taps = joined ? columns.end - columns.begin : 1;
    const int32_t row = shape->kernel_width * plane->channels;
    const uint32_t zeros = four_codes(zero_point);
    for (int32_t i = 0; i < shape->kernel_height * row; i += 4) {
        store_word(to + i, zeros);
    }
    for (int32_t ky = rows.begin; ky < rows.end; ky++) {
        for (int32_t kx = columns.begin; kx < columns.end; kx += taps) {
            int32_t pixel = (y + ky * shape->dilation_height) * shape->input_width + x +
                            kx * shape->dilation_width;
            copy_codes(input + pixel * shape->input_channels + plane->first_channel,
                       taps * plane->channels, to + ky * row + kx * plane->channels);
        }
    }
}

/* Whether the window that begins at (y, x) can be read in whole words. */
static inline bool reads_words(const struct conv2d_shape *shape, const struct operand *operand,
                               int32_t y, int32_t x) {
    return (uint32_t)y < operand->inside_height && (uint32_t)x < operand->inside_width &&
           (y * shape->input_width + x) * shape->input_channels <= operand->last_in_words;
}

/* A plane's codes in the window that begins at (y, x), tap after tap: the columns of its weights,
 * then zero points to the end of the group. Words of a row may go on into the next one, and behind
 * the columns up to four bytes are written. */
static void gather(const struct conv2d_shape *shape, const struct operand *operand,
                   const int8_t *input, int32_t zero_point, int32_t y, int32_t x, int8_t *to) {
    if (!reads_words(shape, operand, y, x)) {
        gather_some(shape, &operand->plane, input, zero_point, y, x, to);
        return;
    }
    const int32_t run = operand->run, row_step = operand->row_step;
    const int8_t *const end = to + operand->columns;
    const int8_t *from = input + (y * shape->input_width + x) * shape->input_channels;
    for (; to < end; to += run, from += row_step) {
        for (int32_t i = 0; i < run; i += 4) {
            store_word(to + i, load_word(from + i));
        }
    }
    store_word(to, four_codes(zero_point));
}

/* The same for four windows `step` codes apart, all of which can be read in whole words. */
static OUT_OF_LINE void gather_four(const struct operand *operand, const int8_t *from, int32_t step,
                                    uint32_t zeros, int8_t *to) {
    const int32_t room = gathered_room(operand), room_3 = 3 * room, step_3 = 3 * step;
    for (int32_t left = operand->columns; left > 0; left -= operand->run) {
        int32_t words = column_groups(operand->run);
        const int8_t *const next = from + operand->row_step;
        int8_t *const next_to = to + operand->run;
        for (; words > 0; words--, from += 4, to += 4) {
            store_word(to, load_word(from));
            store_word(to + room, load_word(from + step));
            store_word(to + 2 * room, load_word(from + 2 * step));
            store_word(to + room_3, load_word(from + step_3));
        }
        from = next, to = next_to;
    }
    for (int32_t p = 0; p < 4; p++, to += room) {
        store_word(to, zeros);
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
    for (const int16_t *end = to + groups * 4 * COLUMN_GROUP; to < end; to += 4 * COLUMN_GROUP) {
        pack_group(p0, minus_zero_point, 4, to);
        pack_group(p1, minus_zero_point, 4, to + 2);
        pack_group(p2, minus_zero_point, 4, to + 4);
        pack_group(p3, minus_zero_point, 4, to + 6);
        p0 += COLUMN_GROUP, p1 += COLUMN_GROUP, p2 += COLUMN_GROUP, p3 += COLUMN_GROUP;
    }
}

static void pack_by_1(const int8_t *codes, int32_t groups, uint32_t minus_zero_point, int16_t *to) {
    for (const int16_t *end = to + groups * COLUMN_GROUP; to < end; to += COLUMN_GROUP) {
        pack_group(codes, minus_zero_point, 1, to);
        codes += COLUMN_GROUP;
    }
}

/* Finds or gathers what a plane reads at `block` positions from `at` on. */
static void codes_of_block(const struct conv2d_shape *shape, const struct operand *operand,
                           const int8_t *input, int32_t zero_point, int32_t at, int32_t block,
                           int8_t *gathered, const int8_t **codes) {
    if (operand->neighbours) {
        input += at * shape->input_channels + operand->plane.first_channel;
        for (int32_t p = 0; p < block; p++, input += shape->input_channels) {
            codes[p] = input;
        }
        return;
    }
    if (!operand->in_place) {
        for (int32_t p = 0; p < block; p++) {
            codes[p] = gathered + p * gathered_room(operand);
        }
    }
    const int32_t stride = shape->stride_width;
    int32_t oy = at / shape->output_width;
    int32_t ox = at - oy * shape->output_width;
    int32_t y = oy * shape->stride_height - shape->pad_top;
    int32_t x = ox * stride - shape->pad_left;
    if (block == 4 && ox + 3 < shape->output_width && reads_words(shape, operand, y, x) &&
        reads_words(shape, operand, y, x + 3 * stride)) {
        gather_four(operand, input + (y * shape->input_width + x) * shape->input_channels,
                    stride * shape->input_channels, four_codes(zero_point), gathered);
        return;
    }
    for (int32_t p = 0; p < block; p++) {
        if (operand->in_place) {
            int32_t pixel = y * shape->input_width + x;
            codes[p] = input + pixel * shape->input_channels + operand->plane.first_channel;
        } else {
            gather(shape, operand, input, zero_point, y, x, gathered + p * gathered_room(operand));
        }
        x += stride;
        if (++ox == shape->output_width) {
            ox = 0;
            x = -shape->pad_left;
            y += shape->stride_height;
        }
    }
}

/* Packs what a plane reads at `block` positions from `at` on. `gathered` has room for the codes
 * that do not lie in the map as they are wanted. */
static void pack(const struct conv2d_shape *shape, const struct operand *operand,
                 const int8_t *input, int32_t zero_point, int32_t at, int32_t block,
                 int8_t *gathered) {
    const uint32_t minus_zero_point = pair_of(-zero_point, -zero_point);
    const int8_t *codes[POSITION_BLOCK];
    codes_of_block(shape, operand, input, zero_point, at, block, gathered, codes);
    if (block == 1) {
        pack_by_1(codes[0], operand->groups, minus_zero_point, operand->packed);
    } else {
        pack_by_4(codes, operand->groups, minus_zero_point, operand->packed);
    }
}

/* A whole byte is the clamp of quick codes; what is narrower is done here. */
static void clamp_codes(const struct output_stage *stage, int32_t count, int8_t *codes) {
    if (stage->minimum == INT8_MIN && stage->maximum == INT8_MAX) {
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        codes[i] = (int8_t)clamp_s32(codes[i], stage->minimum, stage->maximum);
    }
}

static struct operand operand_of(const struct conv2d_shape *shape, struct conv2d_plane plane,
                                 int16_t *packed) {
    const int32_t inside_height =
        shape->input_height - (shape->kernel_height - 1) * shape->dilation_height;
    const int32_t inside_width = shape->input_width - (shape->kernel_width - 1);
    const bool in_place = conv2d_reads_in_place(shape, plane.channels);
    const bool has_runs = !in_place && plane.channels == shape->input_channels &&
                          shape->dilation_width == 1 && inside_height > 0 && inside_width > 0;
    struct operand operand;
    operand.plane = plane;
    operand.packed = packed;
    operand.columns = shape->kernel_height * shape->kernel_width * plane.channels;
    operand.groups = column_groups(operand.columns);
    operand.run = shape->kernel_width * plane.channels;
    operand.row_step = shape->dilation_height * shape->input_width * shape->input_channels;
    operand.last_in_words =
        shape->input_height * shape->input_width * shape->input_channels -
        ((shape->kernel_height - 1) * operand.row_step + (operand.run + 3) / 4 * 4);
    operand.inside_height = has_runs ? (uint32_t)inside_height : 0;
    operand.inside_width = has_runs ? (uint32_t)inside_width : 0;
    operand.in_place = in_place;
    operand.neighbours = operand.in_place && shape->stride_height == 1 &&
                         shape->stride_width == 1 && shape->output_width == shape->input_width;
    return operand;
}

void conv2d_forward(const struct conv2d_shape *shape, const struct output_stage *stage,
                    bool rounds_once, const int8_t *input, struct weights_s8 weights,
                    const int32_t *bias, int16_t *scratch, int8_t *output, int32_t *accumulators) {
    const int32_t positions = shape->output_height * shape->output_width;
    const int32_t block = conv2d_block(shape);
    const struct destination to = {stage, shape->output_channels, rounds_once, output,
                                   accumulators};
    struct operand operands[2];
    int32_t gathered = 0;
    for (int32_t i = 0; i < 2; i++) {
        operands[i] = operand_of(shape, conv2d_plane_at(shape, weights, i), scratch);
        scratch += operands[i].groups * COLUMN_GROUP * block;
        if (!operands[i].in_place && operands[i].groups > gathered) {
            gathered = operands[i].groups;
        }
    }
    /* The gathered codes lie apart, and so may reach 4 bytes a position into the sums to come. */
    int32_t *const sums = (int32_t *)(void *)(scratch + gathered * (COLUMN_GROUP / 2) * block);
    for (int32_t at = 0; at < positions; at += block) {
        at = at + block > positions ? positions - block : at;
        for (int32_t i = 0; i < 2; i++) {
            if (operands[i].columns > 0) {
                pack(shape, &operands[i], input, stage->input_zero_point, at, block,
                     (int8_t *)scratch);
            }
        }
        if (block == 1) {
            outputs_by_1(&operands[0], &operands[1], bias, &to, at, sums);
        } else {
            outputs_by_4(&operands[0], &operands[1], bias, &to, at, sums);
        }
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
