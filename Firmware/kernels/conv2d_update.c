#include "conv2d.h"

#include <string.h>

#include "gradient_product.h"
#include "window.h"

/* Four columns of the gradient's inputs: the codes that one tap of one input channel reads at the
 * output positions of some rows, zero point off and 0 outside the map. Positions p and p + 1 of each
 * of the four share a word. */
struct columns {
    int32_t first, count; /* numbered (tap, channel), as the weights of an output channel */
    int32_t row, rows;
};

static int16_t *place_of(int16_t *packed, int32_t position) {
    return packed + (position >> 1) * 8 + (position & 1);
}

/* One column, or the four of neighbouring channels of one tap. */
static inline void pack(const struct conv2d_shape *shape, struct columns at, int32_t column,
                        int32_t width, int32_t zero_point, const int8_t *input, int16_t *packed) {
    const int32_t tap = column / shape->trained_channels;
    const int32_t channel = column - tap * shape->trained_channels;
    const int32_t ky = tap / shape->kernel_width, kx = tap % shape->kernel_width;
    const int32_t left = kx * shape->dilation_width - shape->pad_left;
    const int32_t x_step = shape->stride_width * shape->input_channels;
    const uint32_t minus = pair_of(-zero_point, -zero_point);
    struct span inside =
        windows_inside(left, shape->stride_width, shape->output_width, shape->input_width);
    for (int32_t row = 0; row < at.rows; row++) {
        int32_t y = (at.row + row) * shape->stride_height + ky * shape->dilation_height -
                    shape->pad_top;
        if (y < 0 || y >= shape->input_height) {
            continue;
        }
        int32_t x = inside.begin * shape->stride_width + left;
        const int8_t *codes = input + (y * shape->input_width + x) * shape->input_channels + channel;
        int32_t position = row * shape->output_width + inside.begin;
        int32_t end = row * shape->output_width + inside.end;
        for (; position < end; position++, codes += x_step) {
            int16_t *to = place_of(packed, position);
            if (width == 1) {
                to[2 * (column - at.first)] = (int16_t)(*codes - zero_point);
                continue;
            }
            uint32_t word = load_word(codes);
            uint32_t even = sxtab16(minus, word), odd = sxtab16_odd(minus, word);
            to[0] = (int16_t)even;
            to[2] = (int16_t)odd;
            to[4] = (int16_t)(even >> 16);
            to[6] = (int16_t)(odd >> 16);
        }
    }
}

static void pack_columns(const struct conv2d_shape *shape, struct columns at, int32_t zero_point,
                         const int8_t *input, int16_t *packed) {
    const int32_t channel = at.first % shape->trained_channels;
    const int32_t positions = at.rows * shape->output_width;
    memset(packed, 0, (size_t)((positions + 1) / 2 * 8) * sizeof *packed);
    if (at.count == 4 && channel + 4 <= shape->trained_channels) {
        pack(shape, at, at.first, 4, zero_point, input, packed);
        return;
    }
    for (int32_t c = 0; c < at.count; c++) {
        pack(shape, at, at.first + c, 1, zero_point, input, packed);
    }
}

/* The last of an odd number of output channels. */
static void sums_of_one(const int16_t *d_output, int32_t d_stride, int16_t *packed,
                        int32_t positions, int32_t *sum) {
    for (int32_t p = 0; p < positions; p++) {
        const int16_t *column = place_of(packed, p);
        int32_t d = d_output[p * d_stride];
        for (int32_t c = 0; c < 4; c++) {
            sum[c] = multiply_accumulate(sum[c], d, column[2 * c]);
        }
    }
}

/* output[p,o] += (input[q,i] - zero_point) * weights[o,tap,i]  =>
 * d_weights[o,tap,i] = sum over p of d_output[p,o] * (input[q,i] - zero_point), modulo 2^32 */
void conv2d_s8_update_weights(const struct conv2d_shape *shape, const struct update_stage *stage,
                              const struct step_update *update, int32_t input_zero_point,
                              const int8_t *input, const int16_t *d_output,
                              const struct error_range *d_output_range, int16_t *scratch,
                              struct weight_planes planes, struct update_counts *counts) {
    const int32_t outputs = shape->output_channels;
    const int32_t weights = shape->kernel_height * shape->kernel_width * shape->trained_channels;
    const int32_t rows = conv2d_update_rows(shape);
    int32_t *held = (int32_t *)(scratch + conv2d_update_columns(shape));
    struct columns at;
    for (at.first = 0; at.first < weights; at.first += 4) {
        at.count = weights - at.first < 4 ? weights - at.first : 4;
        for (at.row = 0; at.row < shape->output_height; at.row += rows) {
            at.rows = shape->output_height - at.row < rows ? shape->output_height - at.row : rows;
            pack_columns(shape, at, input_zero_point, input, scratch);
            const int32_t positions = at.rows * shape->output_width;
            const int16_t *d = d_output + at.row * shape->output_width * outputs;
            for (int32_t o = 0; o < outputs; o += 2) {
                int32_t sums[8];
                int32_t *sum = rows < shape->output_height ? held + 4 * o : sums;
                int32_t block = o + 1 < outputs ? 2 : 1;
                if (at.row == 0) {
                    memset(sum, 0, sizeof sums);
                }
                if (block == 2) {
                    errors_by_columns_of_four(d + o, outputs, scratch, positions, sum);
                } else {
                    sums_of_one(d + o, outputs, scratch, positions, sum);
                }
                if (at.row + at.rows < shape->output_height) {
                    continue;
                }
                for (int32_t r = 0; r < block; r++) {
                    struct update_factor factor =
                        update_factor_of(stage, o + r, update, d_output_range);
                    weights_update(at.count, sum + 4 * r, factor, update, &planes,
                                   (o + r) * weights + at.first, counts);
                }
            }
        }
    }
}
