#include "average_pool2d.h"

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

void average_pool2d_s8(const struct pool2d_shape *shape, const struct clamp_stage *clamp,
                       const int8_t *input, int8_t *output) {
    for (int32_t oy = 0; oy < shape->output_height; oy++) {
        struct span rows = rows_of(shape, oy);
        int32_t y = oy * shape->stride_height - shape->pad_top + rows.begin;
        for (int32_t ox = 0; ox < shape->output_width; ox++) {
            struct span columns = columns_of(shape, ox);
            int32_t x = ox * shape->stride_width - shape->pad_left + columns.begin;
            int32_t count = length(rows) * length(columns);
            const int8_t *first = input + (y * shape->input_width + x) * shape->channels;
            for (int32_t c = 0; c < shape->channels; c++) {
                int32_t sum = 0; /* |sum| <= KH*KW * 128 */
                for (int32_t ky = 0; ky < length(rows); ky++) {
                    const int8_t *in = first + ky * shape->input_width * shape->channels + c;
                    for (int32_t kx = 0; kx < length(columns); kx++) {
                        sum += *in;
                        in += shape->channels;
                    }
                }
                *output++ =
                    (int8_t)clamp_s32(rounded_mean(sum, count), clamp->minimum, clamp->maximum);
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

void average_pool2d_s8_backward(const struct pool2d_shape *shape, const struct error_stage *stage,
                                const int16_t *d_output, const struct error_range *d_output_range,
                                int16_t *d_input, struct error_range *d_input_range) {
    const int32_t smallest = smallest_count(shape);
    struct error_writer errors = input_error_writer(stage, d_output_range, d_input_range);
    for (int32_t iy = 0; iy < shape->input_height; iy++) {
        struct tap_walk rows = taps_reading(iy + shape->pad_top, shape->stride_height, 1,
                                            shape->kernel_height, shape->output_height);
        for (int32_t ix = 0; ix < shape->input_width; ix++) {
            struct tap_walk columns = taps_reading(ix + shape->pad_left, shape->stride_width, 1,
                                                   shape->kernel_width, shape->output_width);
            for (int32_t c = 0; c < shape->channels; c++) {
                int32_t sum = 0; /* the bits of d_output are chosen so that |sum| < 2^31 */
                for (int32_t r = 0; r < rows.count; r++) {
                    int32_t oy = rows.window + r * rows.window_step;
                    int32_t height = length(rows_of(shape, oy));
                    for (int32_t k = 0; k < columns.count; k++) {
                        int32_t ox = columns.window + k * columns.window_step;
                        int32_t count = height * length(columns_of(shape, ox));
                        int32_t d = d_output[(oy * shape->output_width + ox) * shape->channels + c];
                        /* output[p] = sum of input[q] / n[p]  =>
                         * d_input[q] = sum over p that hold q of d_output[p] / n[p] */
                        sum = multiply_accumulate(sum, prescale(d, ratio_q15(smallest, count)), 1);
                    }
                }
                *d_input++ = error_write(&errors, sum);
            }
        }
    }
    d_input_range->observed = errors.observed;
}
