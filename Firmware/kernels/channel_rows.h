/* Rows of single channels, for depthwise layers. Two neighbouring channels of an interleaved map
 * are taken apart into rows of halfwords in scratch, so that one SMLAD multiplies two neighbouring
 * pixels of a row with two neighbouring taps of a kernel row.
 *
 * Invariants of a band of rows
 *   - It slides down the map: rows first ... end - 1 are present, one after the other. Rows above
 * and below the map are zero.
 *   - `left` elements before a row and what is left of its pitch behind it are zero: the padding.
 */
#ifndef FIELDTUNE_CHANNEL_ROWS_H
#define FIELDTUNE_CHANNEL_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "error_range.h"
#include "simd.h"

struct channel_rows {
    bool slides;          /* otherwise rows above and below the map stay zero from the first */
    int16_t *rows;        /* row y of channel k at rows + k * plane + (y - first) * pitch */
    int32_t plane, pitch; /* elements, even */
    int32_t left;
    int32_t first, end;
};

/* The interleaved map that a band is taken from. */
struct channel_map {
    int32_t height, width, channels;
};

/* Elements of one channel: the last row is read beyond its end. */
static inline int32_t channel_rows_plane(int32_t capacity, int32_t pitch) {
    return capacity * pitch + 8;
}

/* All padding. */
void channel_rows_clear(struct channel_rows *band);

/* Empty, about to begin at row `first`. */
static inline void channel_rows_begin(struct channel_rows *band, int32_t first) {
    band->first = first;
    band->end = first;
}

/* Where row 0 of channel k begins, whether it is in the band or not. */
static inline const int16_t *channel_rows_map(const struct channel_rows *band, int32_t k) {
    return band->rows + k * band->plane - band->first * band->pitch;
}

/* Lets go of the rows above `first`, which become free at the end of the band. */
void channel_rows_drop(struct channel_rows *band, int32_t first);

/* Appends rows up to `end` of `count` (1 or 2) channels of codes, less their zero point. `codes` is
 * the map's first pixel at the first of the channels. */
void channel_rows_append_codes(struct channel_rows *band, const struct channel_map *map,
                               const int8_t *codes, int32_t count, int32_t zero_point, int32_t end);

/* The same for errors, each times ratio_q15[k]: (d * R + 2^14) >> 15. */
void channel_rows_append_errors(struct channel_rows *band, const struct channel_map *map,
                                const int16_t *errors, int32_t count, const uint16_t *ratio_q15,
                                int32_t end);

/* Taps of a kernel row as pairs of neighbours (w[t], w[t+1]), t = 0 ... width - 2. The width is 3,
 * 5 or 7: the smallest that holds the row, whose missing taps are zero. */
static inline int32_t tap_row_width(int32_t taps) {
    return taps <= 3 ? 3 : taps <= 5 ? 5 : 7;
}

/* Tap t of row r is weights[r * row_step + t * step], t < count. */
struct tap_rows {
    int32_t rows, count, width;
    int32_t row_step, step;
};

/* Of `count` (1 or 2) neighbouring channels, whose pairs lie `plane` apart. */
void tap_rows_pack(uint32_t *pairs, int32_t plane, const struct tap_rows *taps,
                   const int8_t *weights, int32_t count);

/* How a kernel runs down a map whose rows lie in a band. */
struct correlation {
    bool is_three_by_three; /* see below */
    int32_t width;          /* of the tap rows */
    int32_t stride;         /* along a row: 1 or 2 */
    int32_t kernel;         /* rows of taps */
    int32_t height;         /* of the map */
    int32_t row_stride;     /* down the map */
    int32_t pitch;          /* of the band */
    int32_t count;          /* sums of a row */
    int32_t sum_step;       /* 1, or 2 where the stride is 1 */
    int32_t sum_row_step;
};

/* Kernels of three rows of three taps with strides of 1 have a way of their own, and windows that
 * do not look where the map ends: rows above and below it have to be present, and a row lends the
 * zeros on its left to the row above as zeros on the right. */
static inline bool correlation_is_three_by_three(int32_t kernel_height, int32_t kernel_width,
                                                 int32_t stride_height, int32_t stride_width) {
    return kernel_height == 3 && kernel_width <= 3 && stride_height == 1 && stride_width == 1;
}

/* For each of `rows` windows down the map, the first of which begins at row y (perhaps above it),
 * and i < count:
 * sums[i * sum_step] = start + sum over r and t of x[r][i * stride + t] * taps[r][t]
 * over the rows r of the window that lie inside the map. `map` is where row 0 begins, whether it is
 * still in the band or not. Sums are made by fours: up to three more elements of each row are read,
 * and where sum_step is 1 up to three more sums written. */
void channel_rows_correlate(const struct correlation *how, const int16_t *map, int32_t y,
                            int32_t rows, const uint32_t *taps, int32_t start, int32_t *sums);

/* The errors of one channel: error_write of every sum; they lie `step` apart. */
void channel_rows_store_errors(struct error_writer *errors, const int32_t *sums, int32_t count,
                               int32_t step, int16_t *d_input);

#endif
