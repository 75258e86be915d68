#include "conv2d.h"

#include <string.h>

#include "inner_product.h"
#include "panel_product.h"
#include "window.h"

/* The taps of a row of the kernel that read the input columns phase, phase + stride, ...: column
 * phase + j * stride is read by tap `first` + t * `step` of window `window` + j + t * `window_step`. */
struct column_taps {
    int32_t count;
    int32_t first, step;
    int32_t window, window_step;
};

static struct column_taps column_taps_of(const struct conv2d_shape *shape, int32_t phase) {
    struct column_taps taps = {0, 0, 0, 0, 0};
    for (int32_t kx = 0; kx < shape->kernel_width; kx++) {
        int32_t start = phase + shape->pad_left - kx * shape->dilation_width;
        if (start % shape->stride_width != 0) {
            continue;
        }
        int32_t window = start / shape->stride_width;
        if (taps.count == 0) {
            taps.first = kx;
            taps.window = window;
        } else if (taps.count == 1) {
            taps.step = kx - taps.first;
            taps.window_step = window - taps.window;
        }
        taps.count++;
    }
    return taps;
}

/* What is computed together: some input columns of one row, all of them read by the same taps. It lies in
 * the scratch, because the stack is small. */
struct block {
    const struct conv2d_shape *shape;
    struct error_writer writer;
    struct tap_walk rows;
    struct column_taps columns;
    int32_t windows;    /* in a row of the output */
    int32_t first;      /* the number j of the first column */
    int32_t pixels;
    int32_t tap_groups; /* groups of four errors at each pixel, of all taps */
    int16_t *d_input;   /* of the first column */
    int32_t *sums;      /* of up to BACKWARD_CHANNELS at four pixels */
    int16_t *errors;    /* gathered, prescaled */
    int8_t *panel;      /* weights of trained channels */
};
_Static_assert(sizeof(struct block) <= 2 * BACKWARD_BLOCK, "conv2d_backward_scratch");

/* Prescaled errors of `pixels` neighbouring windows as an operand of panel_product.h: groups of four output
 * channels, of each the pairs (0, 2) of four pixels and the pairs (1, 3).
 *
 * (d * R + 2^14) >> 15, R in Q15, is ((d * R * 2^15 >> 16) + 2^13) >> 14: the top half, two bits up. */
KERNEL_INLINE void gather_windows(const uint16_t *prescale_q15, int32_t channels, int32_t pixels,
                                  const int16_t *d, uint32_t *words) {
    int32_t o = 0;
    for (; o + 4 <= channels; o += 4, words += 8) {
        const int32_t r0 = prescale_q15[o] << 15, r1 = prescale_q15[o + 1] << 15;
        const int32_t r2 = prescale_q15[o + 2] << 15, r3 = prescale_q15[o + 3] << 15;
        const int16_t *from = d + o;
        for (int32_t p = 0; p < pixels; p++, from += channels) {
            uint32_t d01 = load_word(from), d23 = load_word(from + 2);
            words[p] = pack_tops((uint32_t)smlawb(r0, d01, 1 << 13) << 2,
                                 (uint32_t)smlawb(r2, d23, 1 << 13) << 2);
            words[4 + p] = pack_tops((uint32_t)smlawt(r1, d01, 1 << 13) << 2,
                                     (uint32_t)smlawt(r3, d23, 1 << 13) << 2);
        }
    }
    for (int32_t p = 0; p < pixels && o < channels; p++, d += channels) {
        int32_t rest[3] = {0, 0, 0};
        for (int32_t k = 0; k < channels - o; k++) {
            rest[k] = prescale(d[o + k], prescale_q15[o + k]);
        }
        words[p] = pair_of(rest[0], rest[2]);
        words[4 + p] = pair_of(rest[1], 0);
    }
}

/* Of one tap: windows window ..< window + 4 of a row of the output, 0 outside the map. */
static void gather_tap(const uint16_t *prescale_q15, int32_t channels, int32_t windows,
                       const int16_t *d_row, int32_t window, uint32_t *words) {
    if (window >= 0 && window + 4 <= windows) {
        gather_windows(prescale_q15, channels, 4, d_row + window * channels, words);
        return;
    }
    memset(words, 0, (size_t)column_groups(channels) * 8 * sizeof *words);
    for (int32_t p = 0; p < 4; p++, window++) {
        if (window >= 0 && window < windows) {
            gather_windows(prescale_q15, channels, 1, d_row + window * channels, words + p);
        }
    }
}

/* Errors of all windows that read the pixels: four pixels after the other, of these one tap after the
 * other. */
static OUT_OF_LINE void gather_errors(const struct block *block, const uint16_t *prescale_q15,
                                      const int16_t *d_output) {
    const int32_t channels = block->shape->output_channels;
    uint32_t *words = (uint32_t *)block->errors;
    for (int32_t p = 0; p < block->pixels; p += 4) {
        for (int32_t r = 0; r < block->rows.count; r++) {
            int32_t oy = block->rows.window + r * block->rows.window_step;
            int32_t window = block->columns.window + block->first + p;
            for (int32_t t = 0; t < block->columns.count; t++) {
                gather_tap(prescale_q15, channels, block->windows,
                           d_output + oy * block->windows * channels, window, words);
                words += column_groups(channels) * 8;
                window += block->columns.window_step;
            }
        }
    }
}

/* Weights of channels i and i + 1 of one tap as a panel, 0 beyond the last channel of each kind. */
static void pack_tap(const int8_t *w, int32_t o_step, int32_t channels, bool both, int8_t *panel) {
    int32_t o = 0;
    for (; both && o + 4 <= channels; o += 4, w += 4 * o_step, panel += 8) {
        const int8_t *w2 = w + 2 * o_step;
        store_word(panel, pack_bottoms(load_half(w), load_half(w2)));
        store_word(panel + 4, pack_bottoms(load_half(w + o_step), load_half(w2 + o_step)));
    }
    for (; o < channels; o += 4, w += 4 * o_step, panel += 8) {
        for (int32_t k = 0; k < 4; k++) {
            int8_t *to = panel + 4 * (k & 1) + (k & 2);
            to[0] = o + k < channels ? w[k * o_step] : 0;
            to[1] = o + k < channels && both ? w[k * o_step + 1] : 0;
        }
    }
}

/* Panels of channels i ..< i + channels, each of all taps that read the pixels, in the order of the
 * errors. */
static OUT_OF_LINE void pack_weights(const struct block *block, const int8_t *weights, int32_t i,
                                     int32_t channels) {
    const struct conv2d_shape *shape = block->shape;
    const int32_t trained = shape->trained_channels;
    int8_t *panel = block->panel;
    for (int32_t end = i + channels; i < end; i += 2) {
        for (int32_t r = 0; r < block->rows.count; r++) {
            int32_t tap = (block->rows.tap + r * block->rows.tap_step) * shape->kernel_width +
                          block->columns.first;
            for (int32_t t = 0; t < block->columns.count; t++, tap += block->columns.step) {
                pack_tap(weights + tap * trained + i,
                         shape->kernel_height * shape->kernel_width * trained,
                         shape->output_channels, i + 1 < end, panel);
                panel += column_groups(shape->output_channels) * 8;
            }
        }
    }
}

/* Errors of two neighbouring channels at up to four pixels, d_step apart. */
static void write_errors(struct error_writer *writer, const int32_t *sum, int32_t pixels,
                         int32_t d_step, int16_t *d) {
    const int32_t multiplier = writer->multiplier, half = writer->half, down = writer->down;
    uint32_t threshold = writer->threshold, span = writer->span;
    for (const int32_t *end = sum + pixels; sum != end; sum++, d += d_step) {
        int32_t first = smmla(sum[0], multiplier, half) >> down;
        int32_t second = smmla(sum[4], multiplier, half) >> down;
        if ((uint32_t)first + threshold < span && (uint32_t)second + threshold < span) {
            store_word(d, pack_bottoms((uint32_t)first, (uint32_t)second));
            continue;
        }
        d[0] = error_write(writer, sum[0]);
        d[1] = error_write(writer, sum[4]);
        threshold = writer->threshold, span = writer->span;
    }
}

/* Of channels i ..< i + channels of pixels p ..< p + 4, whose sums lie two rows of four pixels after the
 * other. */
static OUT_OF_LINE void write_channels(struct block *block, int32_t p, int32_t i, int32_t channels) {
    const int32_t d_step = block->shape->stride_width * block->shape->input_channels;
    const int32_t pixels = block->pixels - p < 4 ? block->pixels - p : 4;
    const int32_t *sums = block->sums;
    int16_t *d = block->d_input + p * d_step + i;
    for (; channels >= 2; channels -= 2, sums += 8, d += 2) {
        write_errors(&block->writer, sums, pixels, d_step, d);
    }
    for (int32_t k = 0; k < pixels && channels > 0; k++) {
        d[k * d_step] = error_write(&block->writer, sums[k]);
    }
}

/* Panels of `channels` channels times the errors of four pixels. */
static OUT_OF_LINE void add_products(const int8_t *panels, const int16_t *errors, int32_t groups,
                                     int32_t channels, int32_t *sums) {
    if (groups > 0) {
        panels_by_4(panels, errors, groups, (channels + 1) / 2, sums);
    }
}

/* output[p,o] += input[q,i] * weights[o,tap,i]  =>
 * d_input[q,i] = sum over o and the (tap, p) that read q of d_output[p,o] * weights[o,tap,i].
 * The bits of d_output are chosen so that |sum| < 2^31. */
static void backward_trained(struct block *block, const int8_t *weights) {
    const int32_t trained = block->shape->trained_channels;
    const int32_t most = 2 * conv2d_backward_panels(block->shape);
    for (int32_t i = 0; i < trained; i += most) {
        int32_t channels = trained - i < most ? trained - i : most;
        pack_weights(block, weights, i, channels);
        for (int32_t p = 0; p < block->pixels; p += 4) {
            memset(block->sums, 0, (size_t)(channels + 1) / 2 * 8 * sizeof *block->sums);
            add_products(block->panel, block->errors + p * block->tap_groups * 4, block->tap_groups,
                         channels, block->sums);
            write_channels(block, p, i, channels);
        }
    }
}

/* Channels i ..< i + channels of the frozen plane at pixels p ..< p + 4; its panels hold one tap after the
 * other. */
static OUT_OF_LINE void add_frozen(struct block *block, const int8_t *panels, int32_t p, int32_t i,
                                   int32_t channels) {
    const struct conv2d_shape *shape = block->shape;
    const int32_t frozen_pairs = (shape->input_channels - shape->trained_channels + 1) / 2;
    const int32_t groups = column_groups(shape->output_channels);
    const int16_t *errors = block->errors + p * block->tap_groups * 4;
    memset(block->sums, 0, (size_t)(channels + 1) / 2 * 8 * sizeof *block->sums);
    for (int32_t r = 0; r < block->rows.count; r++) {
        int32_t tap = (block->rows.tap + r * block->rows.tap_step) * shape->kernel_width +
                      block->columns.first;
        for (int32_t t = 0; t < block->columns.count; t++, tap += block->columns.step) {
            add_products(panels + (tap * frozen_pairs + i / 2) * groups * 8, errors, groups,
                         channels, block->sums);
            errors += groups * 16;
        }
    }
}

static void backward_frozen(struct block *block, const int8_t *panels) {
    const int32_t trained = block->shape->trained_channels;
    const int32_t frozen = block->shape->input_channels - trained;
    for (int32_t p = 0; p < block->pixels; p += 4) {
        for (int32_t i = 0; i < frozen; i += BACKWARD_CHANNELS) {
            int32_t channels = frozen - i < BACKWARD_CHANNELS ? frozen - i : BACKWARD_CHANNELS;
            add_frozen(block, panels, p, i, channels);
            write_channels(block, p, trained + i, channels);
        }
    }
}

/* Columns phase, phase + stride, ... of input row y. */
static void backward_columns(struct block *block, const struct error_stage *stage,
                                         const int16_t *d_output, struct weights_s8 weights,
                                         int32_t count, int16_t *d_row) {
    const struct conv2d_shape *shape = block->shape;
    const int32_t most = conv2d_backward_pixels(shape);
    block->tap_groups =
        block->rows.count * block->columns.count * column_groups(shape->output_channels);
    for (block->first = 0; block->first < count; block->first += most) {
        block->pixels = count - block->first < most ? count - block->first : most;
        block->d_input = d_row + block->first * shape->stride_width * shape->input_channels;
        gather_errors(block, stage->prescale_q15, d_output);
        backward_trained(block, weights.trained);
        backward_frozen(block, weights.frozen);
    }
}

void conv2d_s8_backward_input(const struct conv2d_shape *shape, const struct error_stage *stage,
                              const int16_t *d_output, const struct error_range *d_output_range,
                              struct weights_s8 weights, int16_t *scratch, int16_t *d_input,
                              struct error_range *d_input_range) {
    /* A pointwise convolution sees one long row. */
    const bool is_pointwise = shape->kernel_height == 1 && shape->kernel_width == 1 &&
                              shape->stride_height == 1 && shape->stride_width == 1 &&
                              shape->output_height == shape->input_height &&
                              shape->output_width == shape->input_width;
    const int32_t height = is_pointwise ? 1 : shape->input_height;
    const int32_t width = shape->input_width * (is_pointwise ? shape->input_height : 1);
    struct block *block = (struct block *)scratch;
    block->shape = shape;
    block->writer = input_error_writer(stage, d_output_range, d_input_range);
    block->windows = is_pointwise ? width : shape->output_width;
    block->sums = (int32_t *)(scratch + BACKWARD_BLOCK);
    block->errors = scratch + BACKWARD_BLOCK + conv2d_backward_sums(shape);
    block->panel = (int8_t *)(block->errors +
                              conv2d_backward_pixels(shape) * conv2d_backward_errors(shape));
    for (int32_t iy = 0; iy < height; iy++) {
        block->rows = taps_reading(iy + shape->pad_top, shape->stride_height, shape->dilation_height,
                                  shape->kernel_height, shape->output_height);
        for (int32_t phase = 0; phase < shape->stride_width; phase++) {
            int32_t count = (width - phase + shape->stride_width - 1) / shape->stride_width;
            block->columns = column_taps_of(shape, phase);
            backward_columns(block, stage, d_output, weights, count,
                             d_input + (iy * width + phase) * shape->input_channels);
        }
    }
    d_input_range->observed = block->writer.observed;
}
