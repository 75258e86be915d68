/* Number format of error tensors: int16 mantissas that share a power of two which is training state
 * (SEMANTICS.md, "Errors"). real = mantissa * 2^exponent, |mantissa| <= limit = 2^bits - 1. */
#ifndef FIELDTUNE_ERROR_RANGE_H
#define FIELDTUNE_ERROR_RANGE_H

#include <stdint.h>

#include "fixed_point.h"
#include "simd.h"

struct error_range {
    int32_t exponent;
    int32_t held;     /* decaying peak of earlier steps, in mantissa units of `exponent` */
    int32_t observed; /* largest |value| offered in this step, before clamping */
};

/* How accumulators over d_output become mantissas of d_input. */
struct error_stage {
    /* Weight scale of output channel o over the largest; not read where there are no weights. */
    const uint16_t *prescale_q15;
    int32_t multiplier; /* the remaining real factor, multiplier * 2^-shift */
    int32_t shift;
    int32_t limit; /* 2^bits - 1 of d_input */
};

/* Shift for `scale` that takes an accumulator of exponent `from` to mantissas of exponent `to`. */
static inline int32_t error_shift(int32_t shift, int32_t from, int32_t to) {
    return saturate_s32((int64_t)shift + to - from);
}

/* `store(scale(accumulator))` of SEMANTICS.md for the mantissas of one tensor. Nearly all are smaller
 * than the largest so far and inside the limit: they cost one comparison.
 *
 * threshold = min(observed, limit); span = 2 * threshold + 1, so that |value| <= threshold if and
 * only if value + threshold, unsigned, is below it, and 0 where no value takes the quick way. */
struct error_writer {
    int32_t multiplier, half, down; /* `scale` with a shift of 33...62; down = shift - 32 */
    uint32_t threshold, span;
    int32_t shift, limit, observed;
};

struct error_writer error_writer(int32_t multiplier, int32_t shift, int32_t limit,
                                 const struct error_range *range);

/* Any shift, any value: also raises the peak, and clamps. */
int16_t error_write_slowly(struct error_writer *writer, int32_t accumulator);
int16_t error_write_scaled_slowly(struct error_writer *writer, int32_t value);

/* One mantissa from an accumulator. */
static inline int16_t error_write(struct error_writer *writer, int32_t accumulator) {
    int32_t value = smmla(accumulator, writer->multiplier, writer->half) >> writer->down;
    if ((uint32_t)value + writer->threshold >= writer->span) {
        return error_write_slowly(writer, accumulator);
    }
    return (int16_t)value;
}

/* One mantissa from a value that is scaled already. */
static inline int16_t error_write_scaled(struct error_writer *writer, int32_t value) {
    if ((uint32_t)value + writer->threshold >= writer->span) {
        return error_write_scaled_slowly(writer, value);
    }
    return (int16_t)value;
}

/* The writer of d_input's mantissas, from accumulators over those of d_output. The peak is kept in it
 * until the kernel writes it back, once: range->observed = writer.observed. */
static inline struct error_writer input_error_writer(const struct error_stage *stage,
                                                     const struct error_range *d_output_range,
                                                     const struct error_range *d_input_range) {
    return error_writer(
        stage->multiplier,
        error_shift(stage->shift, d_output_range->exponent, d_input_range->exponent), stage->limit,
        d_input_range);
}

/* Last operation of a step: moves the exponents to the peaks. bits[i] is 0 for a range that does
 * not adapt. */
void error_ranges_update(struct error_range *ranges, const uint8_t *bits, int32_t count);

#endif
