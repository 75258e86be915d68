#include "average_pool2d.h"

#include <stdbool.h>
#include <string.h>

#include "code_sums.h"
#include "window.h"

static struct span rows_of(const struct pool2d_shape *shape, int32_t oy) {
    return taps_inside(oy * shape->stride_height - shape->pad_top, 1, shape->kernel_height,
                       shape->input_height);
}

static struct span columns_of(const struct pool2d_shape *shape, int32_t ox) {
    return taps_inside(ox * shape->stride_width - shape->pad_left, 1, shape->kernel_width,
                       shape->input_width);
}

static int32_t length(struct span span) {
    return span.end - span.begin;
}

/* sum / count, rounded half away from zero. */
static int32_t rounded_mean(int32_t sum, int32_t count) {
    return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

static int32_t at_most_four(int32_t channels) {
    return channels < 4 ? channels : 4;
}

void average_pool2d_s8(const struct pool2d_shape *shape, const struct clamp_stage *clamp,
                       const int8_t *input, int8_t *output) {
    const int32_t row_step = shape->input_width * shape->channels;
    for (int32_t oy = 0; oy < shape->output_height; oy++) {
        struct span rows = rows_of(shape, oy);
        int32_t y = oy * shape->stride_height - shape->pad_top + rows.begin;
        for (int32_t ox = 0; ox < shape->output_width; ox++) {
            struct span columns = columns_of(shape, ox);
            int32_t x = ox * shape->stride_width - shape->pad_left + columns.begin;
            int32_t count = length(rows) * length(columns);
            const int8_t *first = input + (y * shape->input_width + x) * shape->channels;
            for (int32_t c = 0; c < shape->channels; c += 4) {
                int32_t block = at_most_four(shape->channels - c);
                int32_t sums[4] = {0, 0, 0, 0}; /* |sum| <= KH*KW * 128 */
                for (int32_t ky = 0; ky < length(rows); ky++) {
                    add_codes(block, first + ky * row_step + c, shape->channels, length(columns),
                              sums);
                }
                for (int32_t k = 0; k < block; k++) {
                    *output++ = (int8_t)clamp_s32(rounded_mean(sums[k], count), clamp->minimum,
                                                  clamp->maximum);
                }
            }
        }
    }
}

/* Cells of the smallest window of the map; rows and columns are independent. */
static int32_t smallest_count(const struct pool2d_shape *shape) {
    int32_t rows = shape->kernel_height;
    int32_t columns = shape->kernel_width;
    for (int32_t oy = 0; oy < shape->output_height; oy++) {
        int32_t inside = length(rows_of(shape, oy));
        rows = inside < rows ? inside : rows;
    }
    for (int32_t ox = 0; ox < shape->output_width; ox++) {
        int32_t inside = length(columns_of(shape, ox));
        columns = inside < columns ? inside : columns;
    }
    return rows * columns;
}

/* smallest / count in Q15, half up: what a larger window takes off each of its cells. */
static int32_t ratio_q15(int32_t smallest, int32_t count) {
    return count == smallest ? 1 << 15 : (int32_t)((((int64_t)smallest << 15) + count / 2) / count);
}

/* Up to four sums over the windows of one cell; the bits of d_output are chosen so that they stay
 * below 2^31. d_output points to their channels. */
static void add_errors(const struct pool2d_shape *shape, int32_t smallest, struct tap_walk rows,
                       struct tap_walk columns, int32_t block, const int16_t *d_output,
                       int32_t sums[4]) {
    for (int32_t r = 0; r < rows.count; r++) {
        int32_t oy = rows.window + r * rows.window_step;
        int32_t height = length(rows_of(shape, oy));
        for (int32_t k = 0; k < columns.count; k++) {
            int32_t ox = columns.window + k * columns.window_step;
            int32_t ratio = ratio_q15(smallest, height * length(columns_of(shape, ox)));
            const int16_t *d = d_output + (oy * shape->output_width + ox) * shape->channels;
            for (int32_t c = 0; c < block; c++) {
                /* output[p] = sum of input[q] / n[p]  =>
                 * d_input[q] = sum over p that hold q of d_output[p] / n[p] */
                sums[c] = multiply_accumulate(sums[c], prescale(d[c], ratio), 1);
            }
        }
    }
}

static bool are_same_windows(struct tap_walk a, struct tap_walk b) {
    return a.count == b.count && a.window == b.window && a.window_step == b.window_step;
}

/* Cells that the same windows hold have the same gradient, which is worked out once. */
void average_pool2d_s8_backward(const struct pool2d_shape *shape, const struct error_stage *stage,
                                const int16_t *d_output, const struct error_range *d_output_range,
                                int16_t *d_input, struct error_range *d_input_range) {
    const int32_t smallest = smallest_count(shape);
    const int32_t row = shape->input_width * shape->channels;
    struct error_writer errors = input_error_writer(stage, d_output_range, d_input_range);
    struct tap_walk above = {.count = -1};
    for (int32_t iy = 0; iy < shape->input_height; iy++) {
        struct tap_walk rows = taps_reading(iy + shape->pad_top, shape->stride_height, 1,
                                            shape->kernel_height, shape->output_height);
        if (are_same_windows(rows, above)) {
            memcpy(d_input, d_input - row, (size_t)row * sizeof *d_input);
            d_input += row;
            continue;
        }
        above = rows;
        struct tap_walk left = {.count = -1};
        for (int32_t ix = 0; ix < shape->input_width; ix++) {
            struct tap_walk columns = taps_reading(ix + shape->pad_left, shape->stride_width, 1,
                                                   shape->kernel_width, shape->output_width);
            if (are_same_windows(columns, left)) {
                memcpy(d_input, d_input - shape->channels,
                       (size_t)shape->channels * sizeof *d_input);
                d_input += shape->channels;
                continue;
            }
            left = columns;
            for (int32_t c = 0; c < shape->channels; c += 4) {
                int32_t block = at_most_four(shape->channels - c);
                int32_t sums[4] = {0, 0, 0, 0};
                add_errors(shape, smallest, rows, columns, block, d_output + c, sums);
                for (int32_t k = 0; k < block; k++) {
                    *d_input++ = error_write(&errors, sums[k]);
                }
            }
        }
    }
    d_input_range->observed = errors.observed;
}
