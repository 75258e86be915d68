#include "conv2d.h"

#include "inner_product.h"
#include "window.h"

/* Prescaled errors of all (tap, output pixel) pairs that read one input pixel, O after O. */
static void gather_errors(const struct conv2d_shape *shape, const uint16_t *prescale_q15,
                          const int16_t *d_output, struct tap_walk rows, struct tap_walk columns,
                          int16_t *gathered) {
    for (int32_t r = 0; r < rows.count; r++) {
        int32_t oy = rows.window + r * rows.window_step;
        for (int32_t c = 0; c < columns.count; c++) {
            int32_t ox = columns.window + c * columns.window_step;
            const int16_t *d = d_output + (oy * shape->output_width + ox) * shape->output_channels;
            for (int32_t o = 0; o < shape->output_channels; o++) {
                *gathered++ = (int16_t)prescale(d[o], prescale_q15[o]);
            }
        }
    }
}

/* d_input of channels i ..< i + block of one plane at one pixel, before scaling.
 * The bits of d_output are chosen so that |sum| < 2^31. */
static inline void backward_sums(const struct conv2d_shape *shape, struct conv2d_plane plane,
                                 struct tap_walk rows, struct tap_walk columns,
                                 const int16_t *gathered, int32_t i, int32_t block, int32_t *sum) {
    const int32_t taps = shape->kernel_height * shape->kernel_width;
    for (int32_t r = 0; r < rows.count; r++) {
        int32_t ky = rows.tap + r * rows.tap_step;
        for (int32_t c = 0; c < columns.count; c++) {
            int32_t kx = columns.tap + c * columns.tap_step;
            /* output[p,o] += input[q,i] * weights[o,tap,i]  =>
             * d_input[q,i] = sum over o and the (tap, p) that read q of
             *                d_output[p,o] * weights[o,tap,i] */
            errors_by_columns(block, gathered, 1,
                              plane.weights + (ky * shape->kernel_width + kx) * plane.channels + i,
                              taps * plane.channels, shape->output_channels, sum);
            gathered += shape->output_channels;
        }
    }
}

void conv2d_s8_backward_input(const struct conv2d_shape *shape, const struct error_stage *stage,
                              const int16_t *d_output, const struct error_range *d_output_range,
                              struct weights_s8 weights, int16_t *scratch, int16_t *d_input,
                              struct error_range *d_input_range) {
    const int32_t shift =
        error_shift(stage->shift, d_output_range->exponent, d_input_range->exponent);
    int32_t observed = d_input_range->observed;
    for (int32_t iy = 0; iy < shape->input_height; iy++) {
        struct tap_walk rows =
            taps_reading(iy + shape->pad_top, shape->stride_height, shape->dilation_height,
                         shape->kernel_height, shape->output_height);
        for (int32_t ix = 0; ix < shape->input_width; ix++) {
            struct tap_walk columns =
                taps_reading(ix + shape->pad_left, shape->stride_width, shape->dilation_width,
                             shape->kernel_width, shape->output_width);
            gather_errors(shape, stage->prescale_q15, d_output, rows, columns, scratch);
            for (int32_t index = 0; index < 2; index++) {
                struct conv2d_plane plane = conv2d_plane_at(shape, weights, index);
                int32_t block;
                for (int32_t i = 0; i < plane.channels; i += block) {
                    int32_t sum[4] = {0, 0, 0, 0};
                    block = block_of(plane.channels - i);
                    backward_sums(shape, plane, rows, columns, scratch, i, block, sum);
                    for (int32_t k = 0; k < block; k++) {
                        *d_input++ = error_store(scale(sum[k], stage->multiplier, shift),
                                                 stage->limit, &observed);
                    }
                }
            }
        }
    }
    d_input_range->observed = observed;
}

/* Output positions whose tap lies inside the map, as rows of evenly spaced elements. */
struct positions {
    int32_t rows, columns;
    int32_t d_first, d_row, d_step; /* offsets into d_output */
    int32_t x_first, x_row, x_step; /* offsets into input */
};

static struct positions positions_of(const struct conv2d_shape *shape, int32_t ky, int32_t kx) {
    int32_t offset_y = ky * shape->dilation_height - shape->pad_top;
    int32_t offset_x = kx * shape->dilation_width - shape->pad_left;
    struct span rows =
        windows_inside(offset_y, shape->stride_height, shape->output_height, shape->input_height);
    struct span columns =
        windows_inside(offset_x, shape->stride_width, shape->output_width, shape->input_width);
    int32_t y = rows.begin * shape->stride_height + offset_y;
    int32_t x = columns.begin * shape->stride_width + offset_x;
    struct positions positions = {
        .rows = rows.end - rows.begin,
        .columns = columns.end - columns.begin,
        .d_first = (rows.begin * shape->output_width + columns.begin) * shape->output_channels,
        .d_row = shape->output_width * shape->output_channels,
        .d_step = shape->output_channels,
        .x_first = (y * shape->input_width + x) * shape->input_channels,
        .x_row = shape->stride_height * shape->input_width * shape->input_channels,
        .x_step = shape->stride_width * shape->input_channels,
    };
    if (positions.d_row == positions.columns * positions.d_step &&
        positions.x_row == positions.columns * positions.x_step) {
        positions.columns *= positions.rows;
        positions.rows = positions.rows > 0 ? 1 : 0;
    }
    return positions;
}

static int32_t sum_of_errors(const struct positions *at, const int16_t *d_output) {
    int32_t sum = 0;
    for (int32_t row = 0; row < at->rows; row++) {
        const int16_t *d = d_output + at->d_first + row * at->d_row;
        for (int32_t column = 0; column < at->columns; column++) {
            sum = multiply_accumulate(sum, *d, 1);
            d += at->d_step;
        }
    }
    return sum;
}

/* output[p,o] += (input[q,i] - zero_point) * weights[o,tap,i]  =>
 * d_weights[o,tap,i] = sum over p of d_output[p,o] * (input[q,i] - zero_point)
 *                    = sum of d_output * input - zero_point * sum of d_output, modulo 2^32 */
static inline void update_channels(const struct conv2d_shape *shape, const struct positions *at,
                                   struct update_factor factor, const struct step_update *update,
                                   int32_t zero_point_sum, const int8_t *input,
                                   const int16_t *d_output, const struct weight_planes *planes,
                                   int32_t first, struct update_counts *counts) {
    int32_t block;
    for (int32_t i = 0; i < shape->trained_channels; i += block) {
        int32_t sum[4] = {zero_point_sum, zero_point_sum, zero_point_sum, zero_point_sum};
        block = block_of(shape->trained_channels - i);
        for (int32_t row = 0; row < at->rows; row++) {
            errors_by_columns(block, d_output + at->d_first + row * at->d_row, at->d_step,
                              input + at->x_first + row * at->x_row + i, at->x_step, at->columns,
                              sum);
        }
        weights_update(block, sum, factor, update, planes, first + i, counts);
    }
}

void conv2d_s8_update_weights(const struct conv2d_shape *shape, const struct update_stage *stage,
                              const struct step_update *update, int32_t input_zero_point,
                              const int8_t *input, const int16_t *d_output,
                              const struct error_range *d_output_range, int16_t *scratch,
                              struct weight_planes planes, struct update_counts *counts) {
    (void)scratch;
    int32_t first = 0;
    for (int32_t o = 0; o < shape->output_channels; o++) {
        struct update_factor factor = update_factor_of(stage, o, update, d_output_range);
        for (int32_t ky = 0; ky < shape->kernel_height; ky++) {
            for (int32_t kx = 0; kx < shape->kernel_width; kx++) {
                struct positions at = positions_of(shape, ky, kx);
                int32_t zero_point_sum =
                    wrapping_multiply(-input_zero_point, sum_of_errors(&at, d_output + o));
                update_channels(shape, &at, factor, update, zero_point_sum, input, d_output + o,
                                &planes, first, counts);
                first += shape->trained_channels;
            }
        }
    }
}
