#include "row_stream.h"

#include <string.h>

static int32_t window_begin(const struct row_stage *stage, int32_t row) {
    int32_t begin = row * stage->stride - stage->pad;
    return begin < 0 ? 0 : begin;
}

static int32_t window_end(const struct row_stage *stage, int32_t row, int32_t map_rows) {
    int32_t end = row * stage->stride - stage->pad + stage->span;
    return end > map_rows ? map_rows : end;
}

static bool is_ready(const struct row_stream *stream, const struct row_stage *stage) {
    const struct row_map *output = &stream->maps[stage->output];
    if (output->end == output->rows) {
        return false;
    }
    for (int32_t i = 0; i < stage->input_count; i++) {
        const struct row_map *input = &stream->maps[stage->inputs[i]];
        if (input->end < window_end(stage, output->end, input->rows)) {
            return false;
        }
    }
    return true;
}

/* The first row of a map that is still to be read. */
static int32_t first_needed(const struct row_stream *stream, int32_t map) {
    int32_t needed = stream->maps[map].end;
    for (int32_t s = 0; s < stream->stage_count; s++) {
        const struct row_stage *stage = &stream->stages[s];
        const struct row_map *output = &stream->maps[stage->output];
        for (int32_t i = 0; i < stage->input_count && output->end < output->rows; i++) {
            if (stage->inputs[i] == map) {
                int32_t begin = window_begin(stage, output->end);
                needed = begin < needed ? begin : needed;
            }
        }
    }
    return needed;
}

static uint8_t *row_at(const struct row_map *map, int32_t row) {
    return (uint8_t *)map->data + (row - map->first) * map->row_bytes;
}

/* Room for one more row. */
static void *append(struct row_stream *stream, int32_t index) {
    struct row_map *map = &stream->maps[index];
    if (map->end - map->first == map->capacity) {
        int32_t needed = first_needed(stream, index);
        memmove(map->data, row_at(map, needed), (size_t)((map->end - needed) * map->row_bytes));
        map->first = needed;
    }
    return row_at(map, map->end);
}

bool row_stream_next(struct row_stream *stream, struct row_step *step) {
    int32_t s = stream->stage_count - 1;
    while (s >= 0 && !is_ready(stream, &stream->stages[s])) {
        s--;
    }
    if (s < 0) {
        return false;
    }
    const struct row_stage *stage = &stream->stages[s];
    struct row_map *output = &stream->maps[stage->output];
    int32_t row = output->end;
    int32_t begin = window_begin(stage, row);
    for (int32_t i = 0; i < stage->input_count; i++) {
        const struct row_map *input = &stream->maps[stage->inputs[i]];
        step->input[i] = row_at(input, begin);
        step->input_rows = window_end(stage, row, input->rows) - begin;
    }
    step->stage = s;
    step->pad_top = begin - (row * stage->stride - stage->pad);
    step->output = append(stream, stage->output);
    output->end = row + 1;
    return true;
}
