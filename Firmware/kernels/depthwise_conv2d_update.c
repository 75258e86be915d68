#include "depthwise_conv2d.h"
#include "depthwise_rows.h"
#include "inner_product.h"
#include "window.h"

/* Output positions whose tap lies inside the map. */
struct positions {
    struct span rows, columns;
    int32_t offset_y, offset_x; /* input = window * stride + offset */
};

/* output[p,o] += (input[q,c] - zero_point) * weights[tap,o]  =>
 * d_weights[tap,o] = sum over p of d_output[p,o] * (input[q,c] - zero_point) */
static int32_t weight_sum(const struct depthwise_conv2d_shape *shape, const struct positions *at,
                          int32_t zero_point, const int8_t *input, const int16_t *d_output) {
    int32_t sum = 0;
    for (int32_t oy = at->rows.begin; oy < at->rows.end; oy++) {
        for (int32_t ox = at->columns.begin; ox < at->columns.end; ox++) {
            int32_t y = oy * shape->stride_height + at->offset_y;
            int32_t x = ox * shape->stride_width + at->offset_x;
            sum = multiply_accumulate(
                sum, d_output[(oy * shape->output_width + ox) * shape->output_channels],
                input[(y * shape->input_width + x) * shape->input_channels] - zero_point);
        }
    }
    return sum;
}

/* What a step does to the trained plane. */
struct training {
    const struct update_stage *stage;
    const struct step_update *update;
    const struct error_range *d_output_range;
    const struct weight_planes *planes;
    struct update_counts *counts;
};

/* One tap at a time: any multiplier, dilation, stride and kernel. */
static void update_any(const struct depthwise_conv2d_shape *shape, const struct training *training,
                       int32_t zero_point, const int8_t *input, const int16_t *d_output) {
    const int32_t taps = shape->kernel_height * shape->kernel_width;
    for (int32_t tap = 0; tap < taps; tap++) {
        struct positions at;
        at.offset_y = tap / shape->kernel_width * shape->dilation_height - shape->pad_top;
        at.offset_x = tap % shape->kernel_width * shape->dilation_width - shape->pad_left;
        at.rows = windows_inside(at.offset_y, shape->stride_height, shape->output_height,
                                 shape->input_height);
        at.columns = windows_inside(at.offset_x, shape->stride_width, shape->output_width,
                                    shape->input_width);
        for (int32_t o = 0; o < shape->trained_channels; o++) {
            int32_t sum =
                weight_sum(shape, &at, zero_point, input + o / shape->multiplier, d_output + o);
            struct update_factor factor =
                update_factor_of(training->stage, o, training->update, training->d_output_range);
            weights_update(1, &sum, factor, training->update, training->planes,
                           tap * shape->trained_channels + o, training->counts);
        }
    }
}

/* Rows of errors and the rows of codes that one row of taps meets with them. */
struct meeting {
    const int16_t *d, *x;
    int32_t d_step, x_step; /* elements from row to row */
    int32_t rows, columns;
};

/* sums[t] += the sum over rows and o of d[o] * x[o + t], t < width: two positions at a time, an odd
 * last one beside a zero. */
KERNEL_INLINE void sums_of_taps(struct meeting at, int32_t width, int32_t *sums) {
    int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2];
    int32_t s3 = 0, s4 = 0, s5 = 0, s6 = 0;
    if (width >= 5) {
        s3 = sums[3], s4 = sums[4];
    }
    if (width == 7) {
        s5 = sums[5], s6 = sums[6];
    }
    for (; at.rows > 0; at.rows--) {
        const int16_t *d = at.d, *x = at.x;
        for (int32_t o = at.columns; o > 0; o -= 2) {
            uint32_t two = load_word(d);
            s0 = smlad(two, load_word(x), s0);
            s1 = smlad(two, load_word(x + 1), s1);
            s2 = smlad(two, load_word(x + 2), s2);
            if (width >= 5) {
                s3 = smlad(two, load_word(x + 3), s3);
                s4 = smlad(two, load_word(x + 4), s4);
            }
            if (width == 7) {
                s5 = smlad(two, load_word(x + 5), s5);
                s6 = smlad(two, load_word(x + 6), s6);
            }
            d += 2;
            x += 2;
        }
        at.d += at.d_step;
        at.x += at.x_step;
    }
    sums[0] = s0, sums[1] = s1, sums[2] = s2;
    if (width >= 5) {
        sums[3] = s3, sums[4] = s4;
    }
    if (width == 7) {
        sums[5] = s5, sums[6] = s6;
    }
}

/* The same for windows `stride` apart, one position at a time. */
KERNEL_INLINE void sums_of_taps_apart(struct meeting at, int32_t stride, int32_t width,
                                      int32_t *sums) {
    int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2];
    int32_t s3 = 0, s4 = 0, s5 = 0, s6 = 0;
    if (width == 7) {
        s3 = sums[3], s4 = sums[4], s5 = sums[5], s6 = sums[6];
    }
    for (; at.rows > 0; at.rows--) {
        const int16_t *d = at.d, *x = at.x;
        for (int32_t o = at.columns; o > 0; o--) {
            int32_t error = *d++;
            s0 = multiply_accumulate(s0, error, x[0]);
            s1 = multiply_accumulate(s1, error, x[1]);
            s2 = multiply_accumulate(s2, error, x[2]);
            if (width == 7) {
                s3 = multiply_accumulate(s3, error, x[3]);
                s4 = multiply_accumulate(s4, error, x[4]);
                s5 = multiply_accumulate(s5, error, x[5]);
                s6 = multiply_accumulate(s6, error, x[6]);
            }
            x += stride;
        }
        at.d += at.d_step;
        at.x += at.x_step;
    }
    sums[0] = s0, sums[1] = s1, sums[2] = s2;
    if (width == 7) {
        sums[3] = s3, sums[4] = s4, sums[5] = s5, sums[6] = s6;
    }
}

static void add_meeting(struct meeting at, int32_t stride, int32_t width, int32_t *sums) {
    if (stride != 1) {
        if (width == 3) {
            sums_of_taps_apart(at, stride, 3, sums);
        } else {
            sums_of_taps_apart(at, stride, 7, sums);
        }
    } else if (width == 3) {
        sums_of_taps(at, 3, sums);
    } else if (width == 5) {
        sums_of_taps(at, 5, sums);
    } else {
        sums_of_taps(at, 7, sums);
    }
}

/* As depthwise_rows, with the sums of all taps of two channels in place of taps, and a band of
 * d_output besides. It lies at the head of the scratch: the stack is short. */
struct update_rows {
    struct depthwise_rows plan;
    struct channel_rows x, d;
    int32_t width, d_pitch;
};

static void plan_update(const struct depthwise_conv2d_shape *shape, struct update_rows *at) {
    at->plan = depthwise_rows_of(shape);
    at->width = shape->kernel_width <= 3 ? 3 : 7;
    at->plan.taps = shape->kernel_height * at->width;
    at->plan.sums = 0;
    at->d_pitch = at->plan.is_three_by_three ? at->plan.pitch : even(shape->output_width);
}

int32_t depthwise_conv2d_update_scratch(const struct depthwise_conv2d_shape *shape) {
    if (!depthwise_goes_by_rows(shape)) {
        return 0;
    }
    struct update_rows at;
    plan_update(shape, &at);
    return (int32_t)(sizeof at / sizeof(int16_t)) + depthwise_rows_scratch(at.plan) +
           2 * channel_rows_plane(at.plan.rows, at.d_pitch);
}

/* The sums of output rows oy ... end - 1 of channel k of the bands. */
static void add_rows(const struct depthwise_conv2d_shape *shape, const struct channel_rows *x,
                     const struct channel_rows *d, int32_t k, int32_t oy, int32_t end,
                     int32_t width, int32_t *sums) {
    const int32_t stride = shape->stride_height, taps = tap_row_width(shape->kernel_width);
    const int16_t *x_map = channel_rows_map(x, k), *d_map = channel_rows_map(d, k);
    for (int32_t ky = 0; ky < shape->kernel_height; ky++) {
        int32_t offset = ky - shape->pad_top; /* input row = output row * stride + offset */
        struct meeting at = {
            .d_step = d->pitch, .x_step = x->pitch * stride, .columns = shape->output_width};
        int32_t begin = oy;
        if (depthwise_is_three_by_three(shape)) {
            /* Between the rows of d are zeros. */
            at.rows = 1;
            at.columns = (end - oy) * d->pitch;
        } else {
            begin = larger_of(oy, (stride - 1 - offset) / stride);
            at.rows = smaller_of(end, (shape->input_height - offset + stride - 1) / stride) - begin;
        }
        at.d = d_map + begin * d->pitch;
        at.x = x_map + (begin * stride + offset) * x->pitch;
        add_meeting(at, shape->stride_width, taps, sums);
        sums += width;
    }
}

static void update_channel(const struct depthwise_conv2d_shape *shape,
                           const struct training *training, int32_t o, int32_t width,
                           const int32_t *sums) {
    const struct update_factor factor =
        update_factor_of(training->stage, o, training->update, training->d_output_range);
    int32_t at = o;
    for (int32_t ky = 0; ky < shape->kernel_height; ky++) {
        for (int32_t kx = 0; kx < shape->kernel_width; kx++) {
            weights_update(1, sums + kx, factor, training->update, training->planes, at,
                           training->counts);
            at += shape->trained_channels;
        }
        sums += width;
    }
}

static void update_by_rows(const struct depthwise_conv2d_shape *shape,
                           const struct training *training, int32_t zero_point, const int8_t *input,
                           const int16_t *d_output, int16_t *scratch) {
    static const uint16_t as_it_is[2] = {1 << 15, 1 << 15};
    struct update_rows *const at = (void *)scratch;
    plan_update(shape, at);
    scratch += sizeof *at / sizeof *scratch;
    const struct channel_map x_map = {shape->input_height, shape->input_width,
                                      shape->input_channels};
    const struct channel_map d_map = {shape->output_height, shape->output_width,
                                      shape->output_channels};
    int32_t *sums = (int32_t *)(void *)scratch;
    at->x = band_of(&at->plan, shape->pad_left, scratch);
    at->d = (struct channel_rows){.slides = at->plan.slides,
                                  .rows = at->x.rows + 2 * at->x.plane,
                                  .plane = channel_rows_plane(at->plan.rows, at->d_pitch),
                                  .pitch = at->d_pitch};
    channel_rows_clear(&at->x);
    channel_rows_clear(&at->d);
    int32_t count;
    for (int32_t o = 0; o < shape->trained_channels; o += count) {
        count = smaller_of(2, shape->trained_channels - o);
        memset(sums, 0, (size_t)(2 * at->plan.taps) * sizeof *sums);
        channel_rows_begin(&at->x, input_rows_begin(shape, &at->plan, 0));
        channel_rows_begin(&at->d, 0);
        int32_t end;
        for (int32_t oy = 0; oy < shape->output_height; oy = end) {
            end = smaller_of(oy + at->plan.rows, shape->output_height);
            channel_rows_drop(&at->x, input_rows_begin(shape, &at->plan, oy));
            channel_rows_append_codes(&at->x, &x_map, input + o, count, zero_point,
                                      input_rows_end(shape, &at->plan, end));
            channel_rows_drop(&at->d, oy);
            channel_rows_append_errors(&at->d, &d_map, d_output + o, count, as_it_is, end);
            for (int32_t k = 0; k < count; k++) {
                add_rows(shape, &at->x, &at->d, k, oy, end, at->width, sums + k * at->plan.taps);
            }
        }
        for (int32_t k = 0; k < count; k++) {
            update_channel(shape, training, o + k, at->width, sums + k * at->plan.taps);
        }
    }
}

void depthwise_conv2d_s8_update_weights(const struct depthwise_conv2d_shape *shape,
                                        const struct update_stage *stage,
                                        const struct step_update *update, int32_t input_zero_point,
                                        const int8_t *input, const int16_t *d_output,
                                        const struct error_range *d_output_range, int16_t *scratch,
                                        struct weight_planes planes, struct update_counts *counts) {
    const struct training training = {stage, update, d_output_range, &planes, counts};
    if (depthwise_goes_by_rows(shape)) {
        update_by_rows(shape, &training, input_zero_point, input, d_output, scratch);
    } else {
        update_any(shape, &training, input_zero_point, input, d_output);
    }
}
