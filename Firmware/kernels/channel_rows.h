/* Rows of single channels, for depthwise layers. Two neighbouring channels of an interleaved map
 * are taken apart into rows of halfwords in scratch, so that one SMLAD multiplies two neighbouring
 * pixels of a row with two neighbouring taps of a kernel row.
 *
 * Invariants of a band of rows
 *   - It slides down the map: rows first ... end - 1 of the map are present, one after the other.
 *   - `left` elements before a row and what is left of its pitch behind it are zero: the padding. */
#ifndef FIELDTUNE_CHANNEL_ROWS_H
#define FIELDTUNE_CHANNEL_ROWS_H

#include <stdint.h>

#include "simd.h"

struct channel_rows {
    int16_t *rows;    /* row y of channel k at rows + ((y - first) * 2 + k) * pitch */
    int32_t pitch;    /* elements, even */
    int32_t left;
    int32_t first, end;
};

/* The interleaved map that a band is taken from. */
struct channel_map {
    int32_t width, channels;
};

/* Empty, all padding; `capacity` rows. */
void channel_rows_clear(struct channel_rows *band, int32_t capacity);

/* Lets go of the rows above `first`, which become free at the end of the band. */
void channel_rows_drop(struct channel_rows *band, int32_t first);

/* Appends rows up to `end` of `count` (1 or 2) channels of codes, less their zero point. `codes` is
 * the map's first pixel at the first of the channels. */
void channel_rows_append_codes(struct channel_rows *band, const struct channel_map *map,
                               const int8_t *codes, int32_t count, int32_t zero_point,
                               int32_t end);

/* The same for errors, each times ratio_q15[k]: (d * R + 2^14) >> 15. */
void channel_rows_append_errors(struct channel_rows *band, const struct channel_map *map,
                                const int16_t *errors, int32_t count, const uint16_t *ratio_q15,
                                int32_t end);

/* Taps of a kernel row as pairs of neighbours (w[t], w[t+1]), t = 0 ... width - 2. The width is 3,
 * 5 or 7: the smallest that holds the row, whose missing taps are zero. */
static inline int32_t tap_row_width(int32_t taps) {
    return taps <= 3 ? 3 : taps <= 5 ? 5 : 7;
}

/* Tap t of the row is weights[t * step]. Returns the place behind the row. */
uint32_t *tap_row_pack(uint32_t *pairs, int32_t width, const int8_t *weights, int32_t step,
                       int32_t count);

/* How taps run over the rows of a band. */
struct correlation {
    int32_t row_step; /* elements from one row of the channel to the next */
    int32_t width;    /* of the tap rows */
    int32_t stride;   /* 1 or 2 */
    int32_t sum_step;
};

/* sums[i * sum_step] = start + sum over r < rows and t of x[r * row_step + i * stride + t] * taps[r][t]
 * for i < count. Sums are made by fours: up to three more than `count` are written, and as many
 * elements of x are read for them. */
void channel_rows_correlate(const struct correlation *how, const int16_t *x, int32_t rows,
                            const uint32_t *taps, int32_t start, int32_t count, int32_t *sums);

#endif
