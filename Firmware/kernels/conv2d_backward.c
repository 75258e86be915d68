#include "conv2d.h"

#include "gradient_product.h"
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

/* Input columns of one row that are computed together; all of them are read by the same taps. */
struct pixels {
    struct tap_walk rows;
    struct column_taps columns;
    int32_t windows; /* in a row of the output */
    int32_t first; /* the number j of the first */
    int32_t count;
};

/* (d * R + 2^14) >> 15 of both, R in Q15 and two bits up: ((d * R * 2^15 >> 16) + 2^13) >> 14 is the
 * top half of the word four times as large. */
static inline uint32_t prescaled_pair(const int16_t *d, int32_t r0, int32_t r1) {
    uint32_t pair = load_word(d);
    return pack_tops((uint32_t)smlawb(r0, pair, 1 << 13) << 2,
                     (uint32_t)smlawt(r1, pair, 1 << 13) << 2);
}

/* Errors of one tap's windows window ..< window + 4 in groups of two channels, 0 outside the map. */
static void gather_tap(const uint16_t *prescale_q15, int32_t channels, int32_t windows,
                       const int16_t *d_row, int32_t window, uint32_t *words) {
    const int16_t *d = d_row + window * channels;
    int32_t o = 0;
    if (window >= 0 && window + 4 <= windows) {
        for (; o + 2 <= channels; o += 2, words += 4) {
            const int32_t r0 = prescale_q15[o] << 15, r1 = prescale_q15[o + 1] << 15;
            words[0] = prescaled_pair(d + o, r0, r1);
            words[1] = prescaled_pair(d + channels + o, r0, r1);
            words[2] = prescaled_pair(d + 2 * channels + o, r0, r1);
            words[3] = prescaled_pair(d + 3 * channels + o, r0, r1);
        }
    }
    for (; o < (channels + 3) / 4 * 4; o += 2, words += 4) {
        for (int32_t p = 0; p < 4; p++) {
            int32_t bottom = 0, top = 0;
            if (window + p >= 0 && window + p < windows) {
                const int16_t *pair = d + p * channels + o;
                bottom = o < channels ? prescale(pair[0], prescale_q15[o]) : 0;
                top = o + 1 < channels ? prescale(pair[1], prescale_q15[o + 1]) : 0;
            }
            words[p] = pair_of(bottom, top);
        }
    }
}

/* Errors of all windows that read the pixels, prescaled: groups of four pixels, of each the channels
 * of one tap after the other. */
static void gather_errors(const struct conv2d_shape *shape, const uint16_t *prescale_q15,
                          const int16_t *d_output, const struct pixels *at, int16_t *errors) {
    const int32_t step = (shape->output_channels + 3) / 4 * 8;
    uint32_t *words = (uint32_t *)errors;
    for (int32_t p = 0; p < at->count; p += 4) {
        for (int32_t r = 0; r < at->rows.count; r++) {
            int32_t oy = at->rows.window + r * at->rows.window_step;
            const int16_t *d_row =
                d_output + oy * at->windows * shape->output_channels;
            for (int32_t t = 0; t < at->columns.count; t++, words += step) {
                int32_t window = at->columns.window + t * at->columns.window_step + at->first + p;
                gather_tap(prescale_q15, shape->output_channels, at->windows, d_row, window, words);
            }
        }
    }
}

/* Weights of channels i and i + 1 of one tap, output channel after output channel, 0 beyond the last
 * channel of each kind. Returns the end. */
static int8_t *pack_tap(const int8_t *w, int32_t o_step, int32_t channels, bool both,
                        int8_t *panel) {
    int32_t o = 0;
    if (both) {
        for (; o + 2 <= channels; o += 2, w += 2 * o_step, panel += 4) {
            store_word(panel, pack_bottoms(load_half(w), load_half(w + o_step)));
        }
    }
    for (; o < (channels + 3) / 4 * 4; o++, w += o_step) {
        *panel++ = o < channels ? w[0] : 0;
        *panel++ = o < channels && both ? w[1] : 0;
    }
    return panel;
}

/* The same for all taps that read the pixels, in the order of the errors. */
static void pack_weights(const struct conv2d_shape *shape, struct conv2d_plane plane, int32_t i,
                         const struct pixels *at, int8_t *panel) {
    const int32_t o_step = shape->kernel_height * shape->kernel_width * plane.channels;
    for (int32_t r = 0; r < at->rows.count; r++) {
        int32_t ky = at->rows.tap + r * at->rows.tap_step;
        for (int32_t t = 0; t < at->columns.count; t++) {
            int32_t kx = at->columns.first + t * at->columns.step;
            panel = pack_tap(plane.weights + (ky * shape->kernel_width + kx) * plane.channels + i,
                             o_step, shape->output_channels, i + 1 < plane.channels, panel);
        }
    }
}

/* Errors of two neighbouring channels at up to four pixels, d_step apart. */
static void write_errors(struct error_writer *writer, const int32_t *sum, int32_t pixels,
                         int32_t d_step, int16_t *d) {
    const int32_t multiplier = writer->multiplier, half = writer->half, down = writer->down;
    uint32_t threshold = writer->threshold, span = writer->span;
    for (int32_t p = 0; p < pixels; p++, d += d_step) {
        int32_t first = smmla(sum[p], multiplier, half) >> down;
        int32_t second = smmla(sum[4 + p], multiplier, half) >> down;
        if ((uint32_t)first + threshold < span && (uint32_t)second + threshold < span) {
            store_word(d, pack_bottoms((uint32_t)first, (uint32_t)second));
            continue;
        }
        d[0] = error_write(writer, sum[p]);
        d[1] = error_write(writer, sum[4 + p]);
        threshold = writer->threshold, span = writer->span;
    }
}

/* output[p,o] += input[q,i] * weights[o,tap,i]  =>
 * d_input[q,i] = sum over o and the (tap, p) that read q of d_output[p,o] * weights[o,tap,i].
 * The bits of d_output are chosen so that |sum| < 2^31. */
static void backward_plane(const struct conv2d_shape *shape, struct conv2d_plane plane,
                           const struct pixels *at, const int16_t *errors, int8_t *panel,
                           struct error_writer *writer, int16_t *d_input) {
    const int32_t count =
        at->rows.count * at->columns.count * ((shape->output_channels + 3) / 4 * 4);
    const int32_t d_step = shape->stride_width * shape->input_channels;
    d_input += plane.first_channel;
    for (int32_t i = 0; i < plane.channels; i += 2) {
        pack_weights(shape, plane, i, at, panel);
        for (int32_t p = 0; p < at->count; p += 4) {
            int32_t sum[8];
            int32_t pixels = at->count - p < 4 ? at->count - p : 4;
            errors_by_panel(errors + p * count, panel, count, sum);
            int16_t *d = d_input + p * d_step + i;
            if (i + 1 < plane.channels) {
                write_errors(writer, sum, pixels, d_step, d);
                continue;
            }
            for (int32_t k = 0; k < pixels; k++) {
                d[k * d_step] = error_write(writer, sum[k]);
            }
        }
    }
}

void conv2d_s8_backward_input(const struct conv2d_shape *shape, const struct error_stage *stage,
                              const int16_t *d_output, const struct error_range *d_output_range,
                              struct weights_s8 weights, int16_t *scratch, int16_t *d_input,
                              struct error_range *d_input_range) {
    struct error_writer writer = input_error_writer(stage, d_output_range, d_input_range);
    /* A pointwise convolution sees one long row. */
    const int32_t is_pointwise = shape->kernel_height == 1 && shape->kernel_width == 1 &&
                                 shape->stride_height == 1 && shape->stride_width == 1 &&
                                 shape->output_height == shape->input_height &&
                                 shape->output_width == shape->input_width;
    const int32_t height = is_pointwise ? 1 : shape->input_height;
    const int32_t width = is_pointwise ? shape->input_height * shape->input_width : shape->input_width;
    const int32_t block = conv2d_backward_pixels(shape);
    int8_t *panel = (int8_t *)(scratch + block * conv2d_backward_errors(shape));
    for (int32_t iy = 0; iy < height; iy++) {
        struct pixels at;
        at.windows = is_pointwise ? width : shape->output_width;
        at.rows = taps_reading(iy + shape->pad_top, shape->stride_height, shape->dilation_height,
                               shape->kernel_height, shape->output_height);
        for (int32_t phase = 0; phase < shape->stride_width; phase++) {
            at.columns = column_taps_of(shape, phase);
            int32_t pixels =
                (width - phase + shape->stride_width - 1) / shape->stride_width;
            for (at.first = 0; at.first < pixels; at.first += block) {
                at.count = pixels - at.first < block ? pixels - at.first : block;
                gather_errors(shape, stage->prescale_q15, d_output, &at, scratch);
                int32_t ix = phase + at.first * shape->stride_width;
                for (int32_t index = 0; index < 2; index++) {
                    backward_plane(
                        shape, conv2d_plane_at(shape, weights, index), &at, scratch, panel, &writer,
                        d_input + (iy * width + ix) * shape->input_channels);
                }
            }
        }
    }
    d_input_range->observed = writer.observed;
}
