#include "channel_rows.h"

#include "inner_product.h"

void channel_rows_clear(struct channel_rows *band) {
    memset(band->rows, 0, (size_t)(2 * band->plane) * sizeof *band->rows);
}

void channel_rows_drop(struct channel_rows *band, int32_t first) {
    if (first == band->first) {
        return;
    }
    int32_t kept = (band->end - first) * band->pitch;
    if (kept > 0) {
        for (int32_t k = 0; k < 2; k++) {
            int16_t *plane = band->rows + k * band->plane;
            memmove(plane, plane + (first - band->first) * band->pitch,
                    (size_t)kept * sizeof *plane);
        }
    } else {
        band->end = first;
    }
    band->first = first;
}

/* Where the next row of channel 0 begins. */
static int16_t *next_row(const struct channel_rows *band) {
    return band->rows + (band->end - band->first) * band->pitch;
}

/* Appends rows of zeros up to row `end`. */
static void append_zeros(struct channel_rows *band, int32_t end) {
    if (end <= band->end) {
        return;
    }
    if (!band->slides) {
        band->end = end;
        return;
    }
    for (; band->end < end; band->end++) {
        int16_t *row = next_row(band);
        for (int32_t x = 0; x < band->pitch; x += 2) {
            store_word(row + x, 0);
            store_word(row + band->plane + x, 0);
        }
    }
}

/* The rows of the map up to row `end` that are to be appended, behind zeros for those above it. */
static int32_t rows_of_map(struct channel_rows *band, const struct channel_map *map, int32_t end) {
    append_zeros(band, end < 0 ? end : 0);
    return (end < map->height ? end : map->height) - band->end;
}

/* Two pixels of two channels; bytes (0, 1) are pixel 0, (2, 3) pixel 1, so that the even bytes are
 * one channel and the odd ones the other. */
KERNEL_INLINE void store_two_pixels(int16_t *row, int32_t plane, const int8_t *codes, int32_t step,
                                    uint32_t offset) {
    uint32_t four = load_half(codes) | load_half(codes + step) << 16;
    store_word(row, sxtab16(offset, four));
    store_word(row + plane, sxtab16_odd(offset, four));
}

static void append_two_channels(const struct channel_rows *band, const struct channel_map *map,
                                const int8_t *codes, int32_t rows, int32_t zero_point) {
    const uint32_t offset = pair_of(-zero_point, -zero_point);
    const int32_t plane = band->plane, step = map->channels;
    int16_t *row = next_row(band) + band->left;
    for (; rows > 0; rows--) {
        int16_t *to = row;
        for (uint32_t n = (uint32_t)map->width / 4; n > 0; n--) {
            store_two_pixels(to, plane, codes, step, offset);
            codes += 2 * step;
            store_two_pixels(to + 2, plane, codes, step, offset);
            codes += 2 * step;
            to += 4;
        }
        for (uint32_t n = (uint32_t)map->width % 4; n > 0; n--) {
            to[0] = (int16_t)(codes[0] - zero_point);
            to[plane] = (int16_t)(codes[1] - zero_point);
            codes += step;
            to++;
        }
        row += band->pitch;
    }
}

static void append_one_channel(const struct channel_rows *band, const struct channel_map *map,
                               const int8_t *codes, int32_t rows, int32_t zero_point) {
    int16_t *row = next_row(band) + band->left;
    for (; rows > 0; rows--) {
        for (int32_t x = 0; x < map->width; x++) {
            row[x] = (int16_t)(*codes - zero_point);
            codes += map->channels;
        }
        row += band->pitch;
    }
}

void channel_rows_append_codes(struct channel_rows *band, const struct channel_map *map,
                               const int8_t *codes, int32_t count, int32_t zero_point,
                               int32_t end) {
    int32_t rows = rows_of_map(band, map, end);
    if (rows > 0) {
        codes += band->end * map->width * map->channels;
        if (count == 2) {
            append_two_channels(band, map, codes, rows, zero_point);
        } else {
            append_one_channel(band, map, codes, rows, zero_point);
        }
        band->end += rows;
    }
    append_zeros(band, end);
}

/* The errors of two channels, two pixels a time: word (a, b) is one of either. With R in Q30 SMLAW
 * makes R * d / 2 + 2^13, which rounds as R * d + 2^14 does: |R * d / 2| < 2^29. */
KERNEL_INLINE void store_two_errors(int16_t *row, int32_t plane, const int16_t *errors,
                                    int32_t step, int32_t ratio_a, int32_t ratio_b) {
    const int32_t half = 1 << 13;
    uint32_t left = load_word(errors), right = load_word(errors + step);
    store_word(row, pack_shifted_14((uint32_t)smlawb(ratio_a, left, half),
                                    (uint32_t)smlawb(ratio_a, right, half)));
    store_word(row + plane, pack_shifted_14((uint32_t)smlawt(ratio_b, left, half),
                                            (uint32_t)smlawt(ratio_b, right, half)));
}

static void append_two_channels_of_errors(const struct channel_rows *band,
                                          const struct channel_map *map, const int16_t *errors,
                                          int32_t rows, const uint16_t *ratio_q15) {
    const int32_t ratio_a = ratio_q15[0] << 15, ratio_b = ratio_q15[1] << 15;
    const int32_t plane = band->plane, step = map->channels;
    int16_t *row = next_row(band) + band->left;
    for (; rows > 0; rows--) {
        int16_t *to = row;
        for (uint32_t n = (uint32_t)map->width / 2; n > 0; n--) {
            store_two_errors(to, plane, errors, step, ratio_a, ratio_b);
            errors += 2 * step;
            to += 2;
        }
        if (map->width % 2 != 0) {
            to[0] = (int16_t)prescale(errors[0], ratio_q15[0]);
            to[plane] = (int16_t)prescale(errors[1], ratio_q15[1]);
            errors += step;
        }
        row += band->pitch;
    }
}

static void append_one_channel_of_errors(const struct channel_rows *band,
                                         const struct channel_map *map, const int16_t *errors,
                                         int32_t rows, int32_t ratio_q15) {
    int16_t *row = next_row(band) + band->left;
    for (; rows > 0; rows--) {
        for (int32_t x = 0; x < map->width; x++) {
            row[x] = (int16_t)prescale(*errors, ratio_q15);
            errors += map->channels;
        }
        row += band->pitch;
    }
}

void channel_rows_append_errors(struct channel_rows *band, const struct channel_map *map,
                                const int16_t *errors, int32_t count, const uint16_t *ratio_q15,
                                int32_t end) {
    int32_t rows = rows_of_map(band, map, end);
    if (rows > 0) {
        errors += band->end * map->width * map->channels;
        if (count == 2) {
            append_two_channels_of_errors(band, map, errors, rows, ratio_q15);
        } else {
            append_one_channel_of_errors(band, map, errors, rows, ratio_q15[0]);
        }
        band->end += rows;
    }
    append_zeros(band, end);
}

/* Halfwords `left` and `right` are taps of two channels: bytes (0, 2) of both are the pair of one
 * channel, (1, 3) of the other. */
KERNEL_INLINE void store_tap_pairs(uint32_t *pairs, int32_t plane, uint32_t left, uint32_t right) {
    uint32_t four = left | right << 16;
    pairs[0] = sxtb16(four);
    pairs[plane] = sxtb16_odd(four);
}

static void pack_two_channels(uint32_t *pairs, int32_t plane, const struct tap_rows *taps,
                              const int8_t *weights) {
    const int32_t step = taps->step, row_step = taps->row_step;
    const int32_t real = taps->count > 0 ? taps->count - 1 : 0, rest = taps->width - 1 - real;
    for (int32_t row = taps->rows; row > 0; row--) {
        const int8_t *from = weights;
        uint32_t left = taps->count > 0 ? load_half(from) : 0;
        for (int32_t n = real; n > 0; n--) {
            from += step;
            uint32_t right = load_half(from);
            store_tap_pairs(pairs++, plane, left, right);
            left = right;
        }
        for (int32_t n = rest; n > 0; n--) {
            store_tap_pairs(pairs++, plane, left, 0);
            left = 0;
        }
        weights += row_step;
    }
}

static void pack_one_channel(uint32_t *pairs, const struct tap_rows *taps, const int8_t *weights) {
    for (int32_t row = taps->rows; row > 0; row--) {
        int32_t left = taps->count > 0 ? weights[0] : 0;
        for (int32_t tap = 1; tap < taps->width; tap++) {
            int32_t right = tap < taps->count ? weights[tap * taps->step] : 0;
            *pairs++ = pair_of(left, right);
            left = right;
        }
        weights += taps->row_step;
    }
}

void tap_rows_pack(uint32_t *pairs, int32_t plane, const struct tap_rows *taps,
                   const int8_t *weights, int32_t count) {
    if (count == 2) {
        pack_two_channels(pairs, plane, taps, weights);
    } else {
        pack_one_channel(pairs, taps, weights);
    }
}

/* Four sums of one row. */
struct four_sums {
    int32_t s0, s1, s2, s3;
};

/* Outputs 0 and 2 begin at the bottom of a pair of pixels, 1 and 3 at its top: taps (t, t+1) for
 * the former are taps (t+1, t+2) for the latter one pair further. */
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

/* Four sums, of which those from `count` on are too many. What the last block of a row makes too
 * much the next row overwrites where sums lie next to each other; between others it must not be
 * written. */
KERNEL_INLINE void store_sums(int32_t *sums, int32_t step, const struct four_sums *sum,
                              int32_t count) {
    sums[0] = sum->s0;
    if (step == 1 || count >= 2) {
        sums[step] = sum->s1;
    }
    if (step == 1 || count >= 3) {
        sums[2 * step] = sum->s2;
    }
    if (step == 1 || count >= 4) {
        sums[3 * step] = sum->s3;
    }
}

/* `blocks` times four sums of three rows of three taps: the inner loop of most depthwise layers, 45
 * instructions for 36 products. */
#if SIMD_ASSEMBLY
KERNEL_INLINE void blocks_of_three_by_three(const int16_t *x, int32_t pitch, const uint32_t *taps,
                                            int32_t start, int32_t blocks, int32_t *sums) {
    uint32_t even, odd, x0, x1;
    int32_t s0, s1, s2, s3;
    __asm__ volatile("1:\n"
                     "ldrd %[even], %[odd], [%[taps]]\n"
                     "ldr %[x0], [%[x]], #8\n"
                     "ldr %[x1], [%[x], #-4]\n"
                     "smlad %[s0], %[x0], %[even], %[start]\n"
                     "smlatb %[s1], %[x0], %[even], %[start]\n"
                     "ldr %[x0], [%[x]]\n"
                     "smlad %[s2], %[x1], %[even], %[start]\n"
                     "smlatb %[s3], %[x1], %[even], %[start]\n"
                     "smlabt %[s0], %[x1], %[odd], %[s0]\n"
                     "smlad %[s1], %[x1], %[odd], %[s1]\n"
                     "smlabt %[s2], %[x0], %[odd], %[s2]\n"
                     "smlad %[s3], %[x0], %[odd], %[s3]\n"
                     "add %[x], %[x], %[step]\n"
                     "ldrd %[even], %[odd], [%[taps], #8]\n"
                     "ldr %[x0], [%[x], #-8]\n"
                     "ldr %[x1], [%[x], #-4]\n"
                     "smlad %[s0], %[x0], %[even], %[s0]\n"
                     "smlatb %[s1], %[x0], %[even], %[s1]\n"
                     "ldr %[x0], [%[x]]\n"
                     "smlad %[s2], %[x1], %[even], %[s2]\n"
                     "smlatb %[s3], %[x1], %[even], %[s3]\n"
                     "smlabt %[s0], %[x1], %[odd], %[s0]\n"
                     "smlad %[s1], %[x1], %[odd], %[s1]\n"
                     "smlabt %[s2], %[x0], %[odd], %[s2]\n"
                     "smlad %[s3], %[x0], %[odd], %[s3]\n"
                     "add %[x], %[x], %[step]\n"
                     "ldrd %[even], %[odd], [%[taps], #16]\n"
                     "ldr %[x0], [%[x], #-8]\n"
                     "ldr %[x1], [%[x], #-4]\n"
                     "smlad %[s0], %[x0], %[even], %[s0]\n"
                     "smlatb %[s1], %[x0], %[even], %[s1]\n"
                     "ldr %[x0], [%[x]]\n"
                     "smlad %[s2], %[x1], %[even], %[s2]\n"
                     "smlatb %[s3], %[x1], %[even], %[s3]\n"
                     "smlabt %[s0], %[x1], %[odd], %[s0]\n"
                     "smlad %[s1], %[x1], %[odd], %[s1]\n"
                     "smlabt %[s2], %[x0], %[odd], %[s2]\n"
                     "smlad %[s3], %[x0], %[odd], %[s3]\n"
                     "sub %[x], %[x], %[step], lsl #1\n"
                     "str %[s1], [%[sums], #4]\n"
                     "str %[s2], [%[sums], #8]\n"
                     "str %[s3], [%[sums], #12]\n"
                     "str %[s0], [%[sums]], #16\n"
                     "subs %[blocks], #1\n"
                     "bne 1b\n"
                     : [x] "+r"(x), [blocks] "+r"(blocks), [sums] "+r"(sums), [even] "=&r"(even),
                       [odd] "=&r"(odd), [x0] "=&r"(x0), [x1] "=&r"(x1), [s0] "=&r"(s0),
                       [s1] "=&r"(s1), [s2] "=&r"(s2), [s3] "=&r"(s3)
                     : [taps] "r"(taps), [step] "r"(2 * pitch), [start] "r"(start)
                     : "cc", "memory");
}
#else
KERNEL_INLINE void blocks_of_three_by_three(const int16_t *x, int32_t pitch, const uint32_t *taps,
                                            int32_t start, int32_t blocks, int32_t *sums) {
    for (; blocks > 0; blocks--) {
        struct four_sums sum = {start, start, start, start};
        for (int32_t r = 0; r < 3; r++) {
            next_to_each_other(&sum, 3, x + r * pitch, taps + 2 * r);
        }
        sums[0] = sum.s0, sums[1] = sum.s1, sums[2] = sum.s2, sums[3] = sum.s3;
        sums += 4;
        x += 4;
    }
}
#endif

/* One row of sums. */
KERNEL_INLINE void correlate_row(int32_t width, int32_t stride, int32_t sum_step, int32_t pitch,
                                 const int16_t *x, int32_t rows, const uint32_t *taps,
                                 int32_t start, int32_t count, int32_t *sums) {
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
            row += pitch;
            row_taps += width - 1;
        }
        store_sums(sums, sum_step, &sum, count);
        sums += 4 * sum_step;
        x += 4 * stride;
    }
}

KERNEL_INLINE void correlate(const struct correlation *how, int32_t width, int32_t stride,
                             int32_t sum_step, const int16_t *map, int32_t y, int32_t rows,
                             const uint32_t *taps, int32_t start, int32_t *sums) {
    for (; rows > 0; rows--) {
        int32_t begin = y < 0 ? -y : 0;
        int32_t end = how->height - y < how->kernel ? how->height - y : how->kernel;
        correlate_row(width, stride, sum_step, how->pitch, map + (y + begin) * how->pitch,
                      end - begin, taps + begin * (width - 1), start, how->count, sums);
        y += how->row_stride;
        sums += how->sum_row_step;
    }
}

static void three_by_three(const struct correlation *how, const int16_t *x, int32_t rows,
                           const uint32_t *taps, int32_t start, int32_t *sums) {
    const int32_t blocks = (how->count + 3) / 4, pitch = how->pitch, count = how->count;
    for (; rows > 0; rows--) {
        blocks_of_three_by_three(x, pitch, taps, start, blocks, sums);
        x += pitch;
        sums += count;
    }
}

void channel_rows_correlate(const struct correlation *how, const int16_t *map, int32_t y,
                            int32_t rows, const uint32_t *taps, int32_t start, int32_t *sums) {
    if (how->is_three_by_three) {
        three_by_three(how, map + y * how->pitch, rows, taps, start, sums);
        return;
    }
    if (how->stride == 2) {
        switch (how->width) {
        case 3:
            correlate(how, 3, 2, 1, map, y, rows, taps, start, sums);
            return;
        case 5:
            correlate(how, 5, 2, 1, map, y, rows, taps, start, sums);
            return;
        default:
            correlate(how, 7, 2, 1, map, y, rows, taps, start, sums);
            return;
        }
    }
    if (how->sum_step == 2) {
        if (how->width == 3) {
            correlate(how, 3, 1, 2, map, y, rows, taps, start, sums);
        } else {
            correlate(how, 5, 1, 2, map, y, rows, taps, start, sums);
        }
        return;
    }
    switch (how->width) {
    case 3:
        correlate(how, 3, 1, 1, map, y, rows, taps, start, sums);
        return;
    case 5:
        correlate(how, 5, 1, 1, map, y, rows, taps, start, sums);
        return;
    default:
        correlate(how, 7, 1, 1, map, y, rows, taps, start, sums);
        return;
    }
}

/* Writes errors until one is out of the ordinary, which is left to the caller; returns how many. */
static int32_t store_ordinary_errors(const struct error_writer *errors, const int32_t *sums,
                                     int32_t count, int32_t step, int16_t *d_input) {
    const int32_t multiplier = errors->multiplier, half = errors->half, down = errors->down;
    const uint32_t threshold = errors->threshold, span = errors->span;
    int32_t at = 0;
    for (; at + 1 < count; at += 2) {
        int32_t first = smmla(sums[at], multiplier, half) >> down;
        int32_t second = smmla(sums[at + 1], multiplier, half) >> down;
        if ((uint32_t)first + threshold >= span || (uint32_t)second + threshold >= span) {
            return at;
        }
        d_input[0] = (int16_t)first;
        d_input[step] = (int16_t)second;
        d_input += 2 * step;
    }
    return at;
}

void channel_rows_store_errors(struct error_writer *errors, const int32_t *sums, int32_t count,
                               int32_t step, int16_t *d_input) {
    while (count > 0) {
        int32_t ordinary = store_ordinary_errors(errors, sums, count, step, d_input);
        sums += ordinary;
        d_input += ordinary * step;
        count -= ordinary;
        for (int32_t k = 0; k < 2 && count > 0; k++, count--) {
            *d_input = error_write(errors, *sums++);
            d_input += step;
        }
    }
}
