#include "channel_rows.h"

#include <stdbool.h>

#include "inner_product.h"

void channel_rows_clear(struct channel_rows *band, int32_t capacity) {
    memset(band->rows, 0, (size_t)(capacity * 2 * band->pitch) * sizeof *band->rows);
    band->first = 0;
    band->end = 0;
}

void channel_rows_drop(struct channel_rows *band, int32_t first) {
    if (first > band->end) {
        band->end = first;
    }
    int32_t kept = (band->end - first) * 2 * band->pitch;
    if (first != band->first) {
        memmove(band->rows, band->rows + (first - band->first) * 2 * band->pitch,
                (size_t)kept * sizeof *band->rows);
    }
    band->first = first;
}

/* Where the next row of channel 0 begins, behind its padding. */
static int16_t *next_row(const struct channel_rows *band) {
    return band->rows + (band->end - band->first) * 2 * band->pitch + band->left;
}

/* Whether an element is the top of an aligned pair: stores of words begin behind it. */
static inline bool is_top(const int16_t *element) {
    return ((uintptr_t)element & 2) != 0;
}

/* Two pixels of two channels; bytes (0, 1) are pixel 0, (2, 3) pixel 1, so that the even bytes are
 * one channel and the odd ones the other. */
KERNEL_INLINE void store_two_pixels(int16_t *row, int32_t pitch, const int8_t *codes, int32_t step,
                                    uint32_t offset) {
    uint32_t four = load_half(codes) | load_half(codes + step) << 16;
    store_word(row, sxtab16(offset, four));
    store_word(row + pitch, sxtab16_odd(offset, four));
}

KERNEL_INLINE void store_pixel(int16_t *row, int32_t pitch, const int8_t *codes, int32_t zero_point) {
    row[0] = (int16_t)(codes[0] - zero_point);
    row[pitch] = (int16_t)(codes[1] - zero_point);
}

static void codes_of_two(int16_t *row, int32_t pitch, const int8_t *codes, int32_t width,
                         int32_t step, int32_t zero_point) {
    const uint32_t offset = pair_of(-zero_point, -zero_point);
    if (is_top(row)) {
        store_pixel(row++, pitch, codes, zero_point);
        codes += step;
        width--;
    }
    for (; width >= 4; width -= 4) {
        store_two_pixels(row, pitch, codes, step, offset);
        store_two_pixels(row + 2, pitch, codes + 2 * step, step, offset);
        codes += 4 * step;
        row += 4;
    }
    for (; width > 0; width--) {
        store_pixel(row++, pitch, codes, zero_point);
        codes += step;
    }
}

void channel_rows_append_codes(struct channel_rows *band, const struct channel_map *map,
                               const int8_t *codes, int32_t count, int32_t zero_point,
                               int32_t end) {
    const int32_t row_codes = map->width * map->channels;
    for (; band->end < end; band->end++) {
        int16_t *row = next_row(band);
        const int8_t *from = codes + band->end * row_codes;
        if (count == 2) {
            codes_of_two(row, band->pitch, from, map->width, map->channels, zero_point);
            continue;
        }
        for (int32_t x = 0; x < map->width; x++) {
            *row++ = (int16_t)(*from - zero_point);
            from += map->channels;
        }
    }
}

/* |d * ratio| <= 32767 * 65536: with the half it stays below 2^31. */
KERNEL_INLINE int32_t prescaled_twice(const int16_t *error, int32_t ratio_q16) {
    return *error * ratio_q16 + (1 << 15);
}

static void errors_of_one(int16_t *row, const int16_t *errors, int32_t width, int32_t step,
                          int32_t ratio_q16) {
    if (is_top(row)) {
        *row++ = (int16_t)(prescaled_twice(errors, ratio_q16) >> 16);
        errors += step;
        width--;
    }
    for (; width >= 2; width -= 2) {
        int32_t bottom = prescaled_twice(errors, ratio_q16);
        int32_t top = prescaled_twice(errors + step, ratio_q16);
        store_word(row, pack_tops((uint32_t)bottom, (uint32_t)top));
        errors += 2 * step;
        row += 2;
    }
    if (width > 0) {
        *row = (int16_t)(prescaled_twice(errors, ratio_q16) >> 16);
    }
}

void channel_rows_append_errors(struct channel_rows *band, const struct channel_map *map,
                                const int16_t *errors, int32_t count, const uint16_t *ratio_q15,
                                int32_t end) {
    const int32_t row_errors = map->width * map->channels;
    for (; band->end < end; band->end++) {
        const int16_t *from = errors + band->end * row_errors;
        for (int32_t k = 0; k < count; k++) {
            errors_of_one(next_row(band) + k * band->pitch, from + k, map->width, map->channels,
                          2 * ratio_q15[k]);
        }
    }
}

uint32_t *tap_row_pack(uint32_t *pairs, int32_t width, const int8_t *weights, int32_t step,
                       int32_t count) {
    int32_t left = count > 0 ? *weights : 0;
    for (int32_t tap = 1; tap < width; tap++) {
        weights += step;
        int32_t right = tap < count ? *weights : 0;
        *pairs++ = pair_of(left, right);
        left = right;
    }
    return pairs;
}

/* Four sums of one row. */
struct four_sums {
    int32_t s0, s1, s2, s3;
};

/* Outputs 0 and 2 begin at the bottom of a pair of pixels, 1 and 3 at its top: taps (t, t+1) for the
 * former are taps (t+1, t+2) for the latter one pair further. */
KERNEL_INLINE void two_taps(struct four_sums *sum, uint32_t x0, uint32_t x1, uint32_t x2,
                            uint32_t even, uint32_t odd) {
    sum->s0 = smlad(x0, even, sum->s0);
    sum->s2 = smlad(x1, even, sum->s2);
    sum->s1 = smlad(x1, odd, sum->s1);
    sum->s3 = smlad(x2, odd, sum->s3);
}

/* One row of taps for outputs x[0...3]. */
KERNEL_INLINE void next_to_each_other(struct four_sums *sum, int32_t width, const int16_t *x,
                                      const uint32_t *taps) {
    uint32_t x0 = load_word(x), x1 = load_word(x + 2), x2 = load_word(x + 4);
    uint32_t even = taps[0], odd = taps[1];
    sum->s1 = smlatb(x0, even, sum->s1);
    sum->s3 = smlatb(x1, even, sum->s3);
    two_taps(sum, x0, x1, x2, even, odd);
    for (int32_t t = 2; t < width - 1; t += 2) {
        x0 = x1, x1 = x2, x2 = load_word(x + t + 4);
        even = taps[t], odd = taps[t + 1];
        two_taps(sum, x0, x1, x2, even, odd);
    }
    sum->s0 = smlabt(x1, odd, sum->s0);
    sum->s2 = smlabt(x2, odd, sum->s2);
}

/* Taps (t, t+1) for outputs that begin at the bottom of x0, x1, x2 and x3. */
KERNEL_INLINE void taps_apart(struct four_sums *sum, const uint32_t x[4], uint32_t taps) {
    sum->s0 = smlad(x[0], taps, sum->s0);
    sum->s1 = smlad(x[1], taps, sum->s1);
    sum->s2 = smlad(x[2], taps, sum->s2);
    sum->s3 = smlad(x[3], taps, sum->s3);
}

/* One row of taps for outputs x[0, 2, 4, 6]. */
KERNEL_INLINE void two_apart(struct four_sums *sum, int32_t width, const int16_t *x,
                             const uint32_t *taps) {
    uint32_t pairs[7] = {load_word(x), load_word(x + 2), load_word(x + 4), load_word(x + 6),
                         load_word(x + 8)};
    taps_apart(sum, pairs, taps[0]);
    if (width >= 5) {
        pairs[5] = load_word(x + 10);
        taps_apart(sum, pairs + 1, taps[2]);
    }
    if (width == 7) {
        pairs[6] = load_word(x + 12);
        taps_apart(sum, pairs + 2, taps[4]);
    }
    const uint32_t *rest = pairs + width / 2;
    uint32_t last = taps[width - 2];
    sum->s0 = smlabt(rest[0], last, sum->s0);
    sum->s1 = smlabt(rest[1], last, sum->s1);
    sum->s2 = smlabt(rest[2], last, sum->s2);
    sum->s3 = smlabt(rest[3], last, sum->s3);
}

KERNEL_INLINE void correlate(const struct correlation *how, int32_t width, int32_t stride,
                             const int16_t *x, int32_t rows, const uint32_t *taps, int32_t start,
                             int32_t count, int32_t *sums) {
    const int32_t row_step = how->row_step, sum_step = how->sum_step;
    for (; count > 0; count -= 4) {
        struct four_sums sum = {start, start, start, start};
        const int16_t *row = x;
        const uint32_t *row_taps = taps;
        for (int32_t r = rows; r > 0; r--) {
            if (stride == 1) {
                next_to_each_other(&sum, width, row, row_taps);
            } else {
                two_apart(&sum, width, row, row_taps);
            }
            row += row_step;
            row_taps += width - 1;
        }
        sums[0] = sum.s0;
        sums[sum_step] = sum.s1;
        sums[2 * sum_step] = sum.s2;
        sums[3 * sum_step] = sum.s3;
        sums += 4 * sum_step;
        x += 4 * stride;
    }
}

void channel_rows_correlate(const struct correlation *how, const int16_t *x, int32_t rows,
                            const uint32_t *taps, int32_t start, int32_t count, int32_t *sums) {
    if (how->stride == 2) {
        switch (how->width) {
        case 3: correlate(how, 3, 2, x, rows, taps, start, count, sums); return;
        case 5: correlate(how, 5, 2, x, rows, taps, start, count, sums); return;
        default: correlate(how, 7, 2, x, rows, taps, start, count, sums); return;
        }
    }
    switch (how->width) {
    case 3: correlate(how, 3, 1, x, rows, taps, start, count, sums); return;
    case 5: correlate(how, 5, 1, x, rows, taps, start, count, sums); return;
    default: correlate(how, 7, 1, x, rows, taps, start, count, sums); return;
    }
}
