#include "mean_squared_error.h"

#include <stddef.h>

/* What the elements of one step become. */
struct squared_errors {
    uint64_t squares; /* sum, of differences in Q8: count * (2^23)^2 < 2^62 */
    struct error_writer writer;
};

/* y - t in code units, Q16; channel = i % channels, which the caller counts. */
static inline int32_t difference_of(const struct squared_error_stage *stage, int32_t channel,
                                    int32_t output, int32_t target) {
    int32_t y = scale(output, stage->multiplier[channel], stage->shift[channel]);
    return saturate_s32((int64_t)y - target);
}

/* loss = sum((y - t)^2) / count  =>  d_y = 2 * (y - t) / count */
static inline void take(int32_t difference, int16_t *error, struct squared_errors *errors) {
    int64_t rounded = ((int64_t)difference + 128) >> 8;
    errors->squares += (uint64_t)(rounded * rounded);
    if (error != NULL) {
        *error = error_write(&errors->writer, difference);
    }
}

static struct error_writer writer_of(const struct squared_error_stage *stage,
                                     const struct error_range *range) {
    return error_writer(stage->error_multiplier, error_shift(stage->error_shift, 0, range->exponent),
                        stage->limit, range);
}

static inline int32_t next_channel(const struct squared_error_shape *shape, int32_t channel) {
    return channel + 1 < shape->channels ? channel + 1 : 0;
}

/* The upper 31 bits of the sum are enough. */
static int32_t loss_of(const struct squared_error_stage *stage, uint64_t squares) {
    int32_t excess = 0;
    while (squares > INT32_MAX) {
        squares >>= 1;
        excess++;
    }
    return scale((int32_t)squares, stage->loss_multiplier, stage->loss_shift - excess);
}

int32_t mean_squared_error_s32(const struct squared_error_shape *shape,
                               const struct squared_error_stage *stage, const int32_t *output,
                               int32_t zero_point, const int16_t *target, struct error_range *range,
                               int16_t *error) {
    struct squared_errors errors = {0, writer_of(stage, range)};
    for (int32_t i = 0, channel = 0; i < shape->count; i++, channel = next_channel(shape, channel)) {
        int32_t wanted = (target[i] - zero_point * 256) * 256; /* |wanted| < 2^24 */
        int32_t difference = difference_of(stage, channel, output[i], wanted);
        take(difference, error != NULL ? error + i : NULL, &errors);
    }
    range->observed = errors.writer.observed;
    return loss_of(stage, errors.squares);
}

int32_t reconstruction_error_s32(const struct squared_error_shape *shape,
                                 const struct squared_error_stage *stage, const int32_t *output,
                                 const struct sample_stage *sample, const int8_t *input,
                                 struct error_range *range, int16_t *error) {
    struct squared_errors errors = {0, writer_of(stage, range)};
    for (int32_t i = 0, channel = 0; i < shape->count; i++, channel = next_channel(shape, channel)) {
        int32_t wanted = scale(input[i] - sample->zero_point, sample->multiplier, sample->shift);
        int32_t difference = difference_of(stage, channel, output[i], wanted);
        take(difference, error != NULL ? error + i : NULL, &errors);
    }
    range->observed = errors.writer.observed;
    return loss_of(stage, errors.squares);
}
