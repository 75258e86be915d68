#include "max_pool2d.h"

#include <stddef.h>

#include "window.h"

/* The largest code of one window and its place, the first in row order. */
struct peak {
    int32_t code;
    int32_t tap;
};

static struct peak peak_of(const struct pool2d_shape *shape, int32_t y, int32_t x, struct span rows,
                           struct span columns, const int8_t *input) {
    struct peak peak = {INT32_MIN, 0};
    for (int32_t ky = rows.begin; ky < rows.end; ky++) {
        for (int32_t kx = columns.begin; kx < columns.end; kx++) {
            int32_t code = input[((y + ky) * shape->input_width + x + kx) * shape->channels];
            if (code > peak.code) {
                peak = (struct peak){code, ky * shape->kernel_width + kx};
            }
        }
    }
    return peak;
}

void max_pool2d_s8(const struct pool2d_shape *shape, const struct clamp_stage *clamp,
                   const int8_t *input, int8_t *output, uint8_t *index) {
    for (int32_t oy = 0; oy < shape->output_height; oy++) {
        int32_t y = oy * shape->stride_height - shape->pad_top;
        struct span rows = taps_inside(y, 1, shape->kernel_height, shape->input_height);
        for (int32_t ox = 0; ox < shape->output_width; ox++) {
            int32_t x = ox * shape->stride_width - shape->pad_left;
            struct span columns = taps_inside(x, 1, shape->kernel_width, shape->input_width);
            for (int32_t c = 0; c < shape->channels; c++) {
                struct peak peak = peak_of(shape, y, x, rows, columns, input + c);
                *output++ = (int8_t)clamp_s32(peak.code, clamp->minimum, clamp->maximum);
                if (index != NULL) {
                    *index++ = (uint8_t)peak.tap;
                }
            }
        }
    }
}

void max_pool2d_s8_backward(const struct pool2d_shape *shape, int32_t limit,
                            const int16_t *d_output, const struct error_range *d_output_range,
                            const uint8_t *index, int16_t *d_input,
                            struct error_range *d_input_range) {
    /* The factor is 1 = 2^30 * 2^8 * 2^-38, so that common shifts are quick ones. */
    struct error_writer errors = error_writer(
        1 << 30, error_shift(38, d_output_range->exponent, d_input_range->exponent), limit,
        d_input_range);
    for (int32_t iy = 0; iy < shape->input_height; iy++) {
        struct tap_walk rows = taps_reading(iy + shape->pad_top, shape->stride_height, 1,
                                            shape->kernel_height, shape->output_height);
        for (int32_t ix = 0; ix < shape->input_width; ix++) {
            struct tap_walk columns = taps_reading(ix + shape->pad_left, shape->stride_width, 1,
                                                   shape->kernel_width, shape->output_width);
            for (int32_t c = 0; c < shape->channels; c++) {
                int32_t sum = 0; /* |sum| < windows that hold a cell * 2^15 <= 2^8 * 2^15 */
                for (int32_t r = 0; r < rows.count; r++) {
                    int32_t oy = rows.window + r * rows.window_step;
                    int32_t ky = rows.tap + r * rows.tap_step;
                    for (int32_t k = 0; k < columns.count; k++) {
                        int32_t ox = columns.window + k * columns.window_step;
                        int32_t kx = columns.tap + k * columns.tap_step;
                        int32_t at = (oy * shape->output_width + ox) * shape->channels + c;
                        /* output[p] = input[argmax of p]  =>
                         * d_input[q] = sum of d_output[p] over p whose argmax is q */
                        if (index[at] == ky * shape->kernel_width + kx) {
                            sum += d_output[at];
                        }
                    }
                }
                *d_input++ = error_write(&errors, sum * (1 << 8));
            }
        }
    }
    d_input_range->observed = errors.observed;
}
