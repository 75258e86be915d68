#include "max_pool2d.h"

#include <stddef.h>
#include <string.h>

#include "simd.h"
#include "window.h"

#define EACH_BYTE UINT32_C(0x01010101)

/* The taps of one window that lie inside the map. */
struct taps {
    const int8_t *first; /* the code of the first of them, channel 0 */
    int32_t rows, columns;
    int32_t row_step, column_step; /* codes from one to the next */
    uint32_t first_place;          /* row * kernel_width + column within the window */
    uint32_t row_places;           /* kernel_width */
};

/* The largest codes of one window and their places, the first in row order: four channels, one byte
 * each. */
struct peaks {
    uint32_t codes, places;
};

static inline struct peaks four_peaks(const struct taps *taps, int32_t channel) {
    const int8_t *row = taps->first + channel;
    uint32_t row_places = taps->first_place * EACH_BYTE;
    struct peaks peaks = {(uint8_t)INT8_MIN * EACH_BYTE, row_places};
    for (int32_t y = 0; y < taps->rows; y++) {
        const int8_t *codes = row;
        uint32_t places = row_places;
        for (int32_t x = 0; x < taps->columns; x++) {
            larger_bytes(&peaks.codes, load_word(codes), &peaks.places, places);
            codes += taps->column_step;
            places += EACH_BYTE;
        }
        row += taps->row_step;
        row_places += taps->row_places * EACH_BYTE;
    }
    return peaks;
}

/* The same for one channel. */
static struct peaks one_peak(const struct taps *taps, int32_t channel) {
    const int8_t *row = taps->first + channel;
    struct peaks peak = {(uint8_t)*row, taps->first_place};
    for (int32_t y = 0; y < taps->rows; y++) {
        for (int32_t x = 0; x < taps->columns; x++) {
            int8_t code = row[x * taps->column_step];
            if (code > (int8_t)(uint8_t)peak.codes) {
                uint32_t place = taps->first_place + (uint32_t)y * taps->row_places + (uint32_t)x;
                peak = (struct peaks){(uint8_t)code, place};
            }
        }
        row += taps->row_step;
    }
    return peak;
}

static inline uint32_t clamped(uint32_t codes, const struct clamp_stage *clamp) {
    const uint32_t minimum = (uint8_t)clamp->minimum * EACH_BYTE;
    const uint32_t maximum = (uint8_t)clamp->maximum * EACH_BYTE;
    uint32_t unused;
    codes = ssub8_sel(codes, minimum, codes, minimum, &unused);
    return ssub8_sel(maximum, codes, codes, maximum, &unused);
}

/* All channels of one window. */
static void pool(int32_t channels, const struct clamp_stage *clamp, const struct taps *taps,
                 int8_t *output, uint8_t *index) {
    int32_t c = 0;
    for (; c + 4 <= channels; c += 4) {
        struct peaks peaks = four_peaks(taps, c);
        store_word(output + c, clamped(peaks.codes, clamp));
        if (index != NULL) {
            store_word(index + c, peaks.places);
        }
    }
    for (; c < channels; c++) {
        struct peaks peak = one_peak(taps, c);
        output[c] = (int8_t)(uint8_t)clamped(peak.codes, clamp);
        if (index != NULL) {
            index[c] = (uint8_t)peak.places;
        }
    }
}

void max_pool2d_s8(const struct pool2d_shape *shape, const struct clamp_stage *clamp,
                   const int8_t *input, int8_t *output, uint8_t *index) {
    for (int32_t oy = 0; oy < shape->output_height; oy++) {
        int32_t y = oy * shape->stride_height - shape->pad_top;
        struct span rows = taps_inside(y, 1, shape->kernel_height, shape->input_height);
        for (int32_t ox = 0; ox < shape->output_width; ox++) {
            int32_t x = ox * shape->stride_width - shape->pad_left;
            struct span columns = taps_inside(x, 1, shape->kernel_width, shape->input_width);
            struct taps taps = {
                .first = input + ((y + rows.begin) * shape->input_width + x + columns.begin) *
                                     shape->channels,
                .rows = rows.end - rows.begin,
                .columns = columns.end - columns.begin,
                .row_step = shape->input_width * shape->channels,
                .column_step = shape->channels,
                .first_place = (uint32_t)(rows.begin * shape->kernel_width + columns.begin),
                .row_places = (uint32_t)shape->kernel_width,
            };
            pool(shape->channels, clamp, &taps, output, index);
            output += shape->channels;
            index = index == NULL ? NULL : index + shape->channels;
        }
    }
}

/* Windows that do not overlap: each output's error goes to its cell, the others are 0. */
static void scatter(const struct pool2d_shape *shape, const int16_t *d_output, const uint8_t *index,
                    int16_t *d_input, int32_t unit, struct error_writer *errors) {
    const int32_t row = shape->input_width * shape->channels;
    /* place / kernel_width = place * reciprocal >> 16, because place < 256 */
    const int32_t reciprocal = (1 << 16) / shape->kernel_width + 1;
    memset(d_input, 0, (size_t)(shape->input_height * row) * sizeof *d_input);
    for (int32_t oy = 0; oy < shape->output_height; oy++) {
        for (int32_t ox = 0; ox < shape->output_width; ox++) {
            int32_t first = (oy * shape->stride_height - shape->pad_top) * row +
                            (ox * shape->stride_width - shape->pad_left) * shape->channels;
            for (int32_t c = 0; c < shape->channels; c++) {
                int32_t place = *index++;
                int32_t ky = (place * reciprocal) >> 16;
                int32_t kx = place - ky * shape->kernel_width;
                /* output[p] = input[argmax of p]  =>  d_input[argmax of p] = d_output[p] */
                d_input[first + ky * row + kx * shape->channels + c] =
                    error_write(errors, *d_output++ * unit);
            }
        }
    }
}

/* Windows that may overlap: each cell gathers what names it. */
static void gather(const struct pool2d_shape *shape, const int16_t *d_output, const uint8_t *index,
                   int16_t *d_input, int32_t unit, struct error_writer *errors) {
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
                *d_input++ = error_write(errors, sum * unit);
            }
        }
    }
}

void max_pool2d_s8_backward(const struct pool2d_shape *shape, int32_t limit,
                            const int16_t *d_output, const struct error_range *d_output_range,
                            const uint8_t *index, int16_t *d_input,
                            struct error_range *d_input_range) {
    /* The factor is 1 = 2^30 * 2^8 * 2^-38, so that common shifts are quick ones; where `scale`
     * saturates because 30 bits and the exponents leave no shift, sums come unscaled. */
    const int32_t shift = error_shift(30, d_output_range->exponent, d_input_range->exponent);
    const int32_t lead = shift >= 1 ? 8 : 0;
    struct error_writer errors =
        error_writer(1 << 30, error_shift(shift, 0, lead), limit, d_input_range);
    if (shape->stride_height >= shape->kernel_height &&
        shape->stride_width >= shape->kernel_width) {
        scatter(shape, d_output, index, d_input, 1 << lead, &errors);
    } else {
        gather(shape, d_output, index, d_input, 1 << lead, &errors);
    }
    d_input_range->observed = errors.observed;
}
