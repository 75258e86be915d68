#include "strided_copy.h"

#include <stdbool.h>
#include <string.h>

/* The three outer dimensions of a copy, run by run of the last. */
struct runs {
    const struct strided_copy *copy;
    int32_t index[3];
    int32_t source, target; /* where the run begins */
};

static struct runs first_run(const struct strided_copy *copy) {
    return (struct runs){
        .copy = copy, .source = copy->source_start, .target = copy->target_start};
}

static bool next_run(struct runs *runs) {
    const struct strided_copy *copy = runs->copy;
    for (int32_t d = 2; d >= 0; d--) {
        runs->source += copy->source_stride[d];
        runs->target += copy->target_stride[d];
        runs->index[d]++;
        if (runs->index[d] < copy->extent[d]) {
            return true;
        }
        runs->source -= copy->extent[d] * copy->source_stride[d];
        runs->target -= copy->extent[d] * copy->target_stride[d];
        runs->index[d] = 0;
    }
    return false;
}

/* Whether a run lies in one piece on both sides. */
static bool is_contiguous(const struct strided_copy *copy) {
    return copy->source_stride[3] == 1 && copy->target_stride[3] == 1;
}

void strided_copy_s8(const struct strided_copy *copy, const int8_t *source, int8_t *target) {
    struct runs run = first_run(copy);
    do {
        const int8_t *in = source + run.source;
        int8_t *out = target + run.target;
        if (is_contiguous(copy)) {
            memcpy(out, in, (size_t)copy->extent[3]);
            continue;
        }
        for (int32_t i = 0; i < copy->extent[3]; i++) {
            out[i * copy->target_stride[3]] = in[i * copy->source_stride[3]];
        }
    } while (next_run(&run));
}

/* y[q] = x[f(q)]  =>  d_x[f(q)] = d_y[q] */
void strided_copy_s16(const struct strided_copy *copy, const int16_t *source, int16_t *target) {
    struct runs run = first_run(copy);
    do {
        const int16_t *in = source + run.source;
        int16_t *out = target + run.target;
        if (is_contiguous(copy)) {
            memcpy(out, in, (size_t)copy->extent[3] * sizeof *out);
            continue;
        }
        for (int32_t i = 0; i < copy->extent[3]; i++) {
            out[i * copy->target_stride[3]] = in[i * copy->source_stride[3]];
        }
    } while (next_run(&run));
}

void strided_spread_s8(const struct strided_copy *copy, int32_t count, int32_t background,
                       const int8_t *source, int8_t *target) {
    memset(target, (uint8_t)background, (size_t)count);
    strided_copy_s8(copy, source, target);
}

/* y[q] = x[f(q)]  =>  d_x[f(q)] = d_y[q], and 0 where no q leads to */
void strided_spread_s16(const struct strided_copy *copy, int32_t count, const int16_t *source,
                        int16_t *target) {
    memset(target, 0, (size_t)count * sizeof *target);
    strided_copy_s16(copy, source, target);
}
