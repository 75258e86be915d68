/* Inner loops over packed operands: weights of one or two rows with four positions of the map, or
 * with one. Rows are results (output channels, or input channels in the backward pass), columns are
 * summed over.
 *
 * Columns go in groups of four. SXTB16 and SXTB16 with ROR 8 make the pairs (0, 2) and (1, 3) of
 * the four bytes of a word, so pairs stand in this order everywhere:
 *
 *   operand   halfwords: pair (0, 2) of each position in turn, then pair (1, 3) of each, group
 * after group. Zeros fill the last group up for rows; panels have zero weights there. It begins
 * at a multiple of 4 bytes. panel     two rows of weights: (row 0, row 1) of column 0 and of column
 * 2 in one word, those of columns 1 and 3 in the next. One panel follows the other; zeros fill the
 * last group and the last pair of rows up. Frozen planes are laid out so by the compiler
 *             (Sources/GraphIR/WeightPanels.swift), at a multiple of 8 bytes.
 *   row       codes as they are: trained planes.
 *
 * Sums lie in memory, row after row, those of four positions side by side. They wrap unless they
 * are bounded. */
#ifndef FIELDTUNE_PANEL_PRODUCT_H
#define FIELDTUNE_PANEL_PRODUCT_H

#include <stdint.h>

#include "simd.h"

enum { COLUMN_GROUP = 4, POSITION_BLOCK = 4 };

static inline int32_t column_groups(int32_t columns) {
    return (columns + COLUMN_GROUP - 1) / COLUMN_GROUP;
}

/* One position of a group of `positions`. */
static inline int32_t word_by_1(uint32_t w, const int16_t *x, int32_t positions, int32_t sum) {
    sum = smlad(sxtb16(w), load_word(x), sum);
    return smlad(sxtb16_odd(w), load_word(x + 2 * positions), sum);
}

/* The last 1 to 3 codes of a row, and zeros. */
static inline uint32_t load_rest(const int8_t *codes, int32_t count) {
    uint32_t word = (uint8_t)codes[0];
    word |= count > 1 ? (uint32_t)(uint8_t)codes[1] << 8 : 0;
    word |= count > 2 ? (uint32_t)(uint8_t)codes[2] << 16 : 0;
    return word;
}

#if SIMD_ASSEMBLY

/* The loops take all registers but the stack pointer, so each is named. They are unrolled four
 * times and entered where the rest of the groups begins: ADD to the PC leaves out `skip` bytes of
 * what follows the NOP, which is where the PC stands when it is read. Hence instructions that have
 * a short form are told to take the long one. */
#define ENTER "add    pc, %[skip]\n\tnop\n1:\n\t"
#define FOUR_TIMES(text) text text text text
#define SKIP(units, unit_bytes) ((-(uint32_t)(units)&3) * (unit_bytes))

/* 13 instructions, 52 bytes: one pair of columns. r4 to r7 are the sums of row 0, r8 to r11 of
 * row 1. */
#define PANEL_PAIR_BY_4                                                                            \
    "ldr    r12, [%[w]], #4\n\t"                                                                   \
    "ldrd   r2, r3, [%[x]], #8\n\t"                                                                \
    "sxtb16 lr, r12\n\t"                                                                           \
    "sxtb16 r12, r12, ror #8\n\t"                                                                  \
    "smlad  r4, lr, r2, r4\n\t"                                                                    \
    "smlad  r8, r12, r2, r8\n\t"                                                                   \
    "smlad  r5, lr, r3, r5\n\t"                                                                    \
    "smlad  r9, r12, r3, r9\n\t"                                                                   \
    "ldrd   r2, r3, [%[x]], #8\n\t"                                                                \
    "smlad  r6, lr, r2, r6\n\t"                                                                    \
    "smlad  r10, r12, r2, r10\n\t"                                                                 \
    "smlad  r7, lr, r3, r7\n\t"                                                                    \
    "smlad  r11, r12, r3, r11\n\t"

#define PANEL_LOOP_BY_4 ENTER FOUR_TIMES(PANEL_PAIR_BY_4 PANEL_PAIR_BY_4)

/* sums[4 * r + p] += row r times position p, over panels of `pairs` of rows; groups > 0. Returns
 * the next panel. */
static inline const int8_t *panels_by_4(const int8_t *panel, const int16_t *operand, int32_t groups,
                                        int32_t pairs, int32_t *sums) {
    const int16_t *const end = operand + groups * (4 * COLUMN_GROUP);
    const uint32_t start = SKIP(groups, 2 * 52);
    for (; pairs > 0; pairs--, sums += 8) {
        IN_REGISTER(const int16_t *, x, "r0") = operand;
        IN_REGISTER(const int8_t *, w, "r1") = panel;
        IN_REGISTER(uint32_t, skip, "r2") = start;
        IN_REGISTER(int32_t *, at, "r3") = sums;
        __asm__ volatile("ldm    %[at], {r4, r5, r6, r7, r8, r9, r10, r11}\n\t" PANEL_LOOP_BY_4
                         "ldr    r2, %[end]\n\t"
                         "cmp    %[x], r2\n\t"
                         "bne    1b\n\t"
                         "ldr    r2, %[sums]\n\t"
                         "stm    r2, {r4, r5, r6, r7, r8, r9, r10, r11}"
                         : [x] "+r"(x), [w] "+r"(w), [skip] "+r"(skip), [at] "+r"(at)
                         : [end] "m"(end), [sums] "m"(sums)
                         : "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc",
                           "memory");
        panel = w;
    }
    return panel;
}

/* 13 instructions, 52 bytes: one group of columns. r8 to r11 are the sums. */
#define ROW_GROUP_BY_4                                                                             \
    "ldr    r6, [%[w]], #4\n\t" ROW_PAIR_BY_4("sxtb16 r7, r6\n\t")                                 \
        ROW_PAIR_BY_4("sxtb16 r7, r6, ror #8\n\t")
#define ROW_PAIR_BY_4(extend)                                                                      \
    "ldm.w  r0!, {r2, r3, r4, r5}\n\t" extend "smlad  r8, r7, r2, r8\n\t"                          \
    "smlad  r9, r7, r3, r9\n\t"                                                                    \
    "smlad  r10, r7, r4, r10\n\t"                                                                  \
    "smlad  r11, r7, r5, r11\n\t"

#define ROW_LOOP_BY_4 "add    pc, r2\n\tnop\n1:\n\t" FOUR_TIMES(ROW_GROUP_BY_4)

/* sums[4 * r + p] += the first groups of row r times position p; groups > 0, rows > 0. */
static inline void row_groups_by_4(const int8_t *row, const int16_t *operand, int32_t groups,
                                   int32_t columns, int32_t rows, int32_t *sums) {
    const int32_t *const sums_end = sums + 4 * rows;
    const int32_t to_next = columns - groups * COLUMN_GROUP;
    const uint32_t start = SKIP(groups, 52);
    IN_REGISTER(const int8_t *, w, "r1") = row;
    IN_REGISTER(int32_t *, at, "r12") = sums;
    IN_REGISTER(const int16_t *, end, "lr") = operand + groups * (4 * COLUMN_GROUP);
    __asm__ volatile("2:\n\t"
                     "ldr    r0, %[operand]\n\t"
                     "ldr    r2, %[start]\n\t"
                     "ldm    %[at], {r8, r9, r10, r11}\n\t" ROW_LOOP_BY_4 "cmp    r0, %[end]\n\t"
                     "bne    1b\n\t"
                     "stm    %[at]!, {r8, r9, r10, r11}\n\t"
                     "ldr    r2, %[to_next]\n\t"
                     "ldr    r3, %[sums_end]\n\t"
                     "add    %[w], %[w], r2\n\t"
                     "cmp    %[at], r3\n\t"
                     "bne    2b"
                     : [w] "+r"(w), [at] "+r"(at)
                     : [end] "r"(end), [operand] "m"(operand), [start] "m"(start),
                       [to_next] "m"(to_next), [sums_end] "m"(sums_end)
                     : "r0", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "cc",
                       "memory");
}

/* 18 instructions, 72 bytes: two groups of columns. */
#define PANEL_GROUPS_BY_1                                                                          \
    "ldm.w  %[x]!, {r2, r3, r4, r5}\n\t"                                                           \
    "ldm.w  %[w]!, {r6, r7, r8, r9}\n\t" PANEL_PAIR_BY_1("r6", "r2") PANEL_PAIR_BY_1("r7", "r3")   \
        PANEL_PAIR_BY_1("r8", "r4") PANEL_PAIR_BY_1("r9", "r5")
#define PANEL_PAIR_BY_1(w, x)                                                                      \
    "sxtb16 r10, " w "\n\t"                                                                        \
    "sxtb16 " w ", " w ", ror #8\n\t"                                                              \
    "smlad  %[s0], r10, " x ", %[s0]\n\t"                                                          \
    "smlad  %[s1], " w ", " x ", %[s1]\n\t"

#define PANEL_LOOP_BY_1 ENTER FOUR_TIMES(PANEL_GROUPS_BY_1)

/* sums[r] += row r times the position, over panels of `pairs` of rows. */
static inline const int8_t *panels_by_1(const int8_t *panel, const int16_t *operand, int32_t groups,
                                        int32_t pairs, int32_t *sums) {
    const int32_t single = groups & 1;
    const int16_t *const first = operand + single * COLUMN_GROUP;
    const int16_t *const last = operand + groups * COLUMN_GROUP;
    const uint32_t start = SKIP(groups / 2, 72);
    for (; pairs > 0; pairs--, sums += 2) {
        IN_REGISTER(int32_t, s0, "r11") = sums[0];
        IN_REGISTER(int32_t, s1, "r12") = sums[1];
        if (single != 0) {
            uint32_t even = load_word(panel), odd = load_word(panel + 4);
            uint32_t x_even = load_word(operand), x_odd = load_word(operand + 2);
            s0 = smlad(sxtb16(even), x_even, smlad(sxtb16(odd), x_odd, s0));
            s1 = smlad(sxtb16_odd(even), x_even, smlad(sxtb16_odd(odd), x_odd, s1));
            panel += 2 * COLUMN_GROUP;
        }
        if (first != last) {
            IN_REGISTER(const int16_t *, x, "r0") = first;
            IN_REGISTER(const int8_t *, w, "r1") = panel;
            IN_REGISTER(uint32_t, skip, "r2") = start;
            IN_REGISTER(const int16_t *, end, "lr") = last;
            __asm__ volatile(
                PANEL_LOOP_BY_1 "cmp    %[x], %[end]\n\t"
                                "bne    1b"
                : [x] "+r"(x), [w] "+r"(w), [skip] "+r"(skip), [s0] "+r"(s0), [s1] "+r"(s1)
                : [end] "r"(end)
                : "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "cc", "memory");
            panel = w;
        }
        sums[0] = s0, sums[1] = s1;
    }
    return panel;
}

/* 19 instructions, 76 bytes: two groups of columns. */
#define ROW_GROUPS_BY_1                                                                            \
    "ldm.w  %[x]!, {r2, r3, r4, r5}\n\t" ROW_WORDS_BY_1("w0", "s0") ROW_WORDS_BY_1("w1", "s1")
#define ROW_WORDS_BY_1(w, s)                                                                       \
    "ldrd   r7, r8, [%[" w "]], #8\n\t"                                                            \
    "sxtb16 r9, r7\n\t"                                                                            \
    "sxtb16 r7, r7, ror #8\n\t"                                                                    \
    "smlad  %[" s "], r9, r2, %[" s "]\n\t"                                                        \
    "smlad  %[" s "], r7, r3, %[" s "]\n\t"                                                        \
    "sxtb16 r9, r8\n\t"                                                                            \
    "sxtb16 r8, r8, ror #8\n\t"                                                                    \
    "smlad  %[" s "], r9, r4, %[" s "]\n\t"                                                        \
    "smlad  %[" s "], r8, r5, %[" s "]\n\t"

#define ROW_LOOP_BY_1 ENTER FOUR_TIMES(ROW_GROUPS_BY_1)

/* sums[r] += whole groups of row r of two times the position. Rows that do not begin at multiples
 * of 4 bytes are rare, and slow. */
static inline void row_groups_by_1(const int8_t *row0, const int8_t *row1, const int16_t *operand,
                                   int32_t groups, int32_t *sums) {
    const int16_t *const last = operand + groups * COLUMN_GROUP;
    int32_t singles = (((uintptr_t)row0 | (uintptr_t)row1) & 3) == 0 ? groups & 1 : groups;
    for (; singles > 0; singles--, operand += COLUMN_GROUP) {
        sums[0] = word_by_1(load_word(row0), operand, 1, sums[0]);
        sums[1] = word_by_1(load_word(row1), operand, 1, sums[1]);
        row0 += COLUMN_GROUP, row1 += COLUMN_GROUP;
    }
    if (operand == last) {
        return;
    }
    IN_REGISTER(const int16_t *, x, "r0") = operand;
    IN_REGISTER(const int8_t *, w0, "r1") = row0;
    IN_REGISTER(const int8_t *, w1, "r6") = row1;
    IN_REGISTER(uint32_t, skip, "r7") = SKIP(groups / 2, 76);
    IN_REGISTER(const int16_t *, end, "r12") = last;
    IN_REGISTER(int32_t, s0, "r10") = sums[0];
    IN_REGISTER(int32_t, s1, "r11") = sums[1];
    __asm__ volatile(
        ROW_LOOP_BY_1 "cmp    %[x], %[end]\n\t"
                      "bne    1b"
        : [x] "+r"(x), [w0] "+r"(w0), [w1] "+r"(w1), [skip] "+r"(skip), [s0] "+r"(s0), [s1] "+r"(s1)
        : [end] "r"(end)
        : "r2", "r3", "r4", "r5", "r8", "r9", "cc", "memory");
    sums[0] = s0, sums[1] = s1;
}

#undef ENTER
#undef FOUR_TIMES
#undef SKIP
#undef PANEL_LOOP_BY_4
#undef ROW_LOOP_BY_4
#undef PANEL_LOOP_BY_1
#undef ROW_LOOP_BY_1
#undef PANEL_PAIR_BY_4
#undef ROW_GROUP_BY_4
#undef ROW_PAIR_BY_4
#undef PANEL_GROUPS_BY_1
#undef PANEL_PAIR_BY_1
#undef ROW_GROUPS_BY_1
#undef ROW_WORDS_BY_1

#else

static inline int32_t plus_pair(int32_t sum, const int16_t *x, int32_t even, int32_t odd) {
    return (int32_t)((uint32_t)sum + (uint32_t)(x[0] * even + x[1] * odd));
}

static inline const int8_t *panels_by_4(const int8_t *panel, const int16_t *operand, int32_t groups,
                                        int32_t pairs, int32_t *sums) {
    for (; pairs > 0; pairs--, sums += 8) {
        const int16_t *x = operand;
        int32_t row0[4], row1[4];
        memcpy(row0, sums, sizeof row0);
        memcpy(row1, sums + 4, sizeof row1);
        for (int32_t pair = 0; pair < 2 * groups; pair++, panel += 4, x += 8) {
            for (int32_t p = 0; p < 4; p++) {
                row0[p] = plus_pair(row0[p], x + 2 * p, panel[0], panel[2]);
                row1[p] = plus_pair(row1[p], x + 2 * p, panel[1], panel[3]);
            }
        }
        memcpy(sums, row0, sizeof row0);
        memcpy(sums + 4, row1, sizeof row1);
    }
    return panel;
}

static inline void row_groups_by_4(const int8_t *row, const int16_t *operand, int32_t groups,
                                   int32_t columns, int32_t rows, int32_t *sums) {
    for (; rows > 0; rows--, row += columns, sums += 4) {
        const int8_t *w = row;
        const int16_t *x = operand;
        int32_t sum[4];
        memcpy(sum, sums, sizeof sum);
        for (int32_t group = 0; group < groups; group++, w += 4, x += 16) {
            for (int32_t p = 0; p < 4; p++) {
                sum[p] = plus_pair(sum[p], x + 2 * p, w[0], w[2]);
                sum[p] = plus_pair(sum[p], x + 8 + 2 * p, w[1], w[3]);
            }
        }
        memcpy(sums, sum, sizeof sum);
    }
}

static inline const int8_t *panels_by_1(const int8_t *panel, const int16_t *operand, int32_t groups,
                                        int32_t pairs, int32_t *sums) {
    for (; pairs > 0; pairs--, sums += 2) {
        const int16_t *x = operand;
        for (int32_t pair = 0; pair < 2 * groups; pair++, panel += 4, x += 2) {
            sums[0] = plus_pair(sums[0], x, panel[0], panel[2]);
            sums[1] = plus_pair(sums[1], x, panel[1], panel[3]);
        }
    }
    return panel;
}

static inline void row_groups_by_1(const int8_t *w0, const int8_t *w1, const int16_t *x,
                                   int32_t groups, int32_t *sums) {
    for (int32_t group = 0; group < groups; group++, w0 += 4, w1 += 4, x += 4) {
        sums[0] = plus_pair(plus_pair(sums[0], x, w0[0], w0[2]), x + 2, w0[1], w0[3]);
        sums[1] = plus_pair(plus_pair(sums[1], x, w1[0], w1[2]), x + 2, w1[1], w1[3]);
    }
}

#endif

/* sums[4 * r + p] += row r times position p. Returns the next row. Zeros fill the operand up, so
 * all rows but the last (of one column: the last three) may go on into what follows them. */
static inline const int8_t *rows_by_4(const int8_t *row, const int16_t *operand, int32_t columns,
                                      int32_t rows, int32_t *sums) {
    const int32_t rest = columns % COLUMN_GROUP;
    int32_t groups = column_groups(columns);
    int32_t count = rest == 0 ? rows : columns == 1 ? 0 : rows - 1;
    for (;;) {
        if (count > 0 && groups > 0) {
            row_groups_by_4(row, operand, groups, columns, count, sums);
        }
        row += count * columns, sums += 4 * count, rows -= count;
        if (rows == 0) {
            return row;
        }
        count = 1, groups = columns / COLUMN_GROUP;
        const int16_t *x = operand + groups * (4 * COLUMN_GROUP);
        uint32_t w = load_rest(row + groups * COLUMN_GROUP, rest);
        for (int32_t p = 0; p < 4; p++) {
            sums[p] = word_by_1(w, x + 2 * p, 4, sums[p]);
        }
    }
}

/* sums[r] += row r times the position, two rows at a time: the last of an odd number goes twice,
 * into sums[rows] as well. */
static inline const int8_t *rows_by_1(const int8_t *row, const int16_t *operand, int32_t columns,
                                      int32_t rows, int32_t *sums) {
    const int32_t groups = columns / COLUMN_GROUP, rest = columns % COLUMN_GROUP;
    for (; rows > 0; rows -= 2, sums += 2) {
        const int8_t *next = rows > 1 ? row + columns : row;
        if (groups > 0) {
            row_groups_by_1(row, next, operand, groups, sums);
        }
        if (rest > 0) {
            const int32_t done = groups * COLUMN_GROUP;
            sums[0] = word_by_1(load_rest(row + done, rest), operand + done, 1, sums[0]);
            sums[1] = word_by_1(load_rest(next + done, rest), operand + done, 1, sums[1]);
        }
        row = next + columns;
    }
    return row;
}

#endif
