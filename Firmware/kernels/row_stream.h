/* A chain of operations, row by row: of the maps between them only the rows exist that are still
 * to be read. Each map that is made inside the chain has room for `capacity` rows; where that is
 * fewer than all, it is a band that slides down the map.
 *
 * Invariants
 *   - Rows of a map are made from top to bottom; first <= row < end are present, one after the other
 *     from `data` on.
 *   - Whatever can be made latest in the chain is made first, so that bands stay as small as they can.
 *   - The compiler replays this order: capacities suffice (MemoryPlanning/RowStream.swift). */
#ifndef FIELDTUNE_ROW_STREAM_H
#define FIELDTUNE_ROW_STREAM_H

#include <stdbool.h>
#include <stdint.h>

struct row_map {
    void *data;
    int32_t rows, row_bytes;
    int32_t capacity;
    int32_t first, end; /* as the chain begins: 0, 0, or 0, rows of a map that is there already */
};

/* Row r of the output reads rows r * stride - pad ... + span - 1 of each input, as far as there are. */
struct row_stage {
    uint8_t input_count, inputs[2], output; /* indices of maps */
    int32_t span, stride, pad;
};

struct row_stream {
    struct row_map *maps;
    const struct row_stage *stages;
    int32_t stage_count;
};

/* One row to be made. */
struct row_step {
    int32_t stage;
    const void *input[2]; /* first row of the window that exists */
    void *output;
    int32_t input_rows; /* rows of the window that exist */
    int32_t pad_top;    /* rows of the window above the map */
};

/* Says which row is next and where it lies; false when all maps are made. */
bool row_stream_next(struct row_stream *stream, struct row_step *step);

#endif
