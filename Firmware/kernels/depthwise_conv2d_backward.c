#include "depthwise_conv2d.h"
#include "depthwise_rows.h"
#include "inner_product.h"
#include "window.h"

/* One input at a time: any multiplier, dilation, stride and kernel. The bits of d_output are chosen
 * so that |sum| < 2^31. */
static void backward_any(const struct depthwise_conv2d_shape *shape, const uint16_t *prescale_q15,
                         struct error_writer *errors, const int16_t *d_output,
                         struct weights_s8 weights, int16_t *d_input) {
    for (int32_t iy = 0; iy < shape->input_height; iy++) {
        struct tap_walk rows =
            taps_reading(iy + shape->pad_top, shape->stride_height, shape->dilation_height,
                         shape->kernel_height, shape->output_height);
        for (int32_t ix = 0; ix < shape->input_width; ix++) {
            struct tap_walk columns =
                taps_reading(ix + shape->pad_left, shape->stride_width, shape->dilation_width,
                             shape->kernel_width, shape->output_width);
            for (int32_t c = 0; c < shape->input_channels; c++) {
                int32_t sum = 0;
                for (int32_t o = c * shape->multiplier; o < (c + 1) * shape->multiplier; o++) {
                    struct channel_weights w = channel_weights_at(shape, weights, o);
                    for (int32_t at = 0; at < rows.count * columns.count; at++) {
                        int32_t r = at / columns.count, k = at % columns.count;
                        int32_t pixel = (rows.window + r * rows.window_step) * shape->output_width +
                                        columns.window + k * columns.window_step;
                        int32_t tap = (rows.tap + r * rows.tap_step) * shape->kernel_width +
                                      columns.tap + k * columns.tap_step;
                        /* output[p,o] += input[q,c] * weights[tap,o]  =>
                         * d_input[q,c] = sum over the outputs o of c and the (tap, p) that read q
                         *                of d_output[p,o] * weights[tap,o] */
                        sum = multiply_accumulate(
                            sum,
                            prescale(d_output[pixel * shape->output_channels + o], prescale_q15[o]),
                            w.weights[tap * w.tap_step]);
                    }
                }
                *d_input++ = error_write(errors, sum);
            }
        }
    }
}

/* Inputs i with (i + pad) % stride = phase read every stride-th tap, from tap `phase` on: input
 * first + t * stride is the sum over j < taps of d_output[t + start + j] *
 * weights[phase + (taps - 1 - j) * stride]. */
struct phase {
    int32_t first, start, taps;
};

static struct phase phase_of(int32_t phase, int32_t stride, int32_t kernel, int32_t pad) {
    int32_t taps = (kernel - phase + stride - 1) / stride;
    int32_t first = (phase + stride - pad % stride) % stride;
    return (struct phase){first, (first + pad - phase) / stride - (taps - 1), taps};
}

/* The input's columns of one phase. */
struct phase_columns {
    struct phase phase;
    int32_t count, width; /* of tap rows */
    int32_t taps;         /* where they begin */
};

/* As depthwise_rows, with bands of d_output for rows of the input, phase by phase. It lies at the
 * head of the scratch: the stack is short. */
struct backward_rows {
    struct depthwise_rows plan;
    struct channel_rows band;
    struct correlation how;
    int32_t row_taps; /* most taps of a phase, down a column */
    int32_t left;
    struct phase rows[2];
    struct phase_columns columns[2];
};

/* Rows of sums without gaps are to be made from top to bottom, which phases of rows are not. */
static bool goes_by_rows(const struct depthwise_conv2d_shape *shape) {
    return depthwise_goes_by_rows(shape) && shape->stride_height <= shape->stride_width &&
           shape->pad_left < shape->kernel_width;
}

static void plan_phases(const struct depthwise_conv2d_shape *shape, struct backward_rows *at) {
    int32_t taps = 0;
    for (int32_t px = 0; px < shape->stride_width; px++) {
        struct phase_columns *of = &at->columns[px];
        of->phase = phase_of(px, shape->stride_width, shape->kernel_width, shape->pad_left);
        of->count =
            (shape->input_width - of->phase.first + shape->stride_width - 1) / shape->stride_width;
        of->width = tap_row_width(of->phase.taps);
        of->taps = taps;
        taps += shape->kernel_height * (of->width - 1);
        at->left = larger_of(at->left, -of->phase.start);
    }
    for (int32_t py = 0; py < shape->stride_height; py++) {
        at->rows[py] = phase_of(py, shape->stride_height, shape->kernel_height, shape->pad_top);
    }
}

static void plan_backward(const struct depthwise_conv2d_shape *shape, struct backward_rows *at) {
    int32_t rows = rows_at_once(shape->input_height, shape->input_width);
    int32_t row_taps = (shape->kernel_height + shape->stride_height - 1) / shape->stride_height;
    int32_t column_taps = (shape->kernel_width + shape->stride_width - 1) / shape->stride_width;
    int32_t columns = (shape->input_width + shape->stride_width - 1) / shape->stride_width;
    int32_t width = tap_row_width(column_taps);
    /* No phase begins later than one element behind another: start is 0 or 1 in the band. */
    int32_t read = 1 + multiple_of_four(columns) + width;
    *at = (struct backward_rows){
        .plan = {.is_three_by_three = depthwise_is_three_by_three(shape),
                 .slides = rows < shape->input_height,
                 .rows = rows,
                 .taps = shape->stride_width * shape->kernel_height * (width - 1),
                 .sums = rows * shape->input_width + 3,
                 .capacity =
                     smaller_of(shape->output_height, row_taps + (rows + shape->stride_height - 2) /
                                                                     shape->stride_height),
                 .pitch = even(larger_of(column_taps - 1 + shape->output_width, read))},
        .row_taps = row_taps,
    };
    plan_phases(shape, at);
    if (at->plan.is_three_by_three) {
        at->plan.capacity = rows + 2;
        at->plan.pitch = three_by_three_pitch(at->left, shape->output_width, shape->input_width);
    }
}

int32_t depthwise_conv2d_backward_scratch(const struct depthwise_conv2d_shape *shape) {
    if (!goes_by_rows(shape)) {
        return 0;
    }
    struct backward_rows at;
    plan_backward(shape, &at);
    return depthwise_rows_scratch(at.plan) + (int32_t)(sizeof at / sizeof(int16_t));
}

/* For each phase of columns, then of rows, the tap rows in the order of the rows they meet. */
static void pack_taps(const struct depthwise_conv2d_shape *shape, const struct backward_rows *at,
                      struct channel_weights w, int32_t count, uint32_t *taps) {
    for (int32_t px = 0; px < shape->stride_width; px++) {
        const struct phase_columns *of = &at->columns[px];
        for (int32_t py = 0; py < shape->stride_height; py++) {
            int32_t last_row = py + (at->rows[py].taps - 1) * shape->stride_height;
            int32_t last = px + (of->phase.taps - 1) * shape->stride_width;
            const struct tap_rows backwards = {
                .rows = at->rows[py].taps,
                .count = of->phase.taps,
                .width = of->width,
                .row_step = -shape->stride_height * shape->kernel_width * w.tap_step,
                .step = -shape->stride_width * w.tap_step,
            };
            tap_rows_pack(taps, at->plan.taps, &backwards,
                          w.weights + (last_row * shape->kernel_width + last) * w.tap_step, count);
            taps += backwards.rows * (backwards.width - 1);
        }
    }
}

/* Input rows iy ... end - 1 of one channel, phase by phase; `map` is its row 0 of d_output. */
static void correlate_rows(const struct depthwise_conv2d_shape *shape, struct backward_rows *at,
                           const int16_t *map, int32_t iy, int32_t end, const uint32_t *taps,
                           int32_t *sums) {
    const int32_t stride = shape->stride_height;
    struct correlation *const how = &at->how;
    int32_t tap_row = 0;
    for (int32_t py = 0; py < stride; py++) {
        struct phase phase = at->rows[py];
        int32_t y = iy + (phase.first + iy) % stride; /* the first of the phase */
        how->kernel = phase.taps;
        for (int32_t px = 0; px < shape->stride_width && y < end; px++) {
            const struct phase_columns *of = &at->columns[px];
            how->width = of->width;
            how->count = of->count;
            channel_rows_correlate(
                how, map + of->phase.start, (y - phase.first) / stride + phase.start,
                (end - y + stride - 1) / stride, taps + of->taps + tap_row * (of->width - 1), 0,
                sums + (y - iy) * shape->input_width + of->phase.first);
        }
        tap_row += phase.taps;
    }
}

/* The rows of d_output that input rows iy ... end - 1 read: those that there are or, of
 * three by three, all. */
static int32_t errors_begin(const struct depthwise_conv2d_shape *shape,
                            const struct backward_rows *at, int32_t iy) {
    int32_t begin = (iy + shape->pad_top) / shape->stride_height - (at->row_taps - 1);
    return at->plan.is_three_by_three ? begin : larger_of(0, begin);
}

static int32_t errors_end(const struct depthwise_conv2d_shape *shape,
                          const struct backward_rows *at, int32_t end) {
    int32_t rows_end = (end - 1 + shape->pad_top) / shape->stride_height + 1;
    return at->plan.is_three_by_three ? rows_end : smaller_of(shape->output_height, rows_end);
}

static void backward_by_rows(const struct depthwise_conv2d_shape *shape,
                             const uint16_t *prescale_q15, struct error_writer *errors,
                             const int16_t *d_output, struct weights_s8 weights, int16_t *scratch,
                             int16_t *d_input) {
    struct backward_rows *const at = (void *)scratch;
    plan_backward(shape, at);
    scratch += sizeof *at / sizeof *scratch;
    const struct channel_map map = {shape->output_height, shape->output_width,
                                    shape->output_channels};
    uint32_t *taps = (uint32_t *)(void *)scratch;
    int32_t *sums = (int32_t *)(void *)scratch + 2 * at->plan.taps;
    at->band = band_of(&at->plan, at->left, scratch);
    at->how = (struct correlation){
        .is_three_by_three = at->plan.is_three_by_three,
        .stride = 1,
        .height = shape->output_height,
        .row_stride = 1,
        .pitch = at->plan.pitch,
        .sum_step = shape->stride_width,
        .sum_row_step = shape->stride_height * shape->input_width,
    };
    channel_rows_clear(&at->band);
    int32_t count;
    for (int32_t c = 0; c < shape->input_channels; c += count) {
        count = smaller_of(2, shape->input_channels - c);
        int32_t together = channels_of_one_plane(shape, c, count);
        for (int32_t k = 0; k < count; k += together) {
            pack_taps(shape, at, channel_weights_at(shape, weights, c + k), together,
                      taps + k * at->plan.taps);
        }
        channel_rows_begin(&at->band, errors_begin(shape, at, 0));
        int32_t end;
        for (int32_t iy = 0; iy < shape->input_height; iy = end) {
            end = smaller_of(iy + at->plan.rows, shape->input_height);
            channel_rows_drop(&at->band, errors_begin(shape, at, iy));
            channel_rows_append_errors(&at->band, &map, d_output + c, count, prescale_q15 + c,
                                       errors_end(shape, at, end));
            for (int32_t k = 0; k < count; k++) {
                correlate_rows(shape, at, channel_rows_map(&at->band, k) + at->left, iy, end,
                               taps + k * at->plan.taps, sums);
                channel_rows_store_errors(
                    errors, sums, (end - iy) * shape->input_width, shape->input_channels,
                    d_input + iy * shape->input_width * shape->input_channels + c + k);
            }
        }
    }
}

void depthwise_conv2d_s8_backward_input(const struct depthwise_conv2d_shape *shape,
                                        const struct error_stage *stage, const int16_t *d_output,
                                        const struct error_range *d_output_range,
                                        struct weights_s8 weights, int16_t *scratch,
                                        int16_t *d_input, struct error_range *d_input_range) {
    struct error_writer errors = input_error_writer(stage, d_output_range, d_input_range);
    if (goes_by_rows(shape)) {
        backward_by_rows(shape, stage->prescale_q15, &errors, d_output, weights, scratch, d_input);
    } else {
        backward_any(shape, stage->prescale_q15, &errors, d_output, weights, d_input);
    }
    d_input_range->observed = errors.observed;
}
