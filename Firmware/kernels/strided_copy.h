/* Elements of one tensor moved to places of another: padding, slices and transposes of codes, and the
 * same motions of error mantissas, which are their gradients. Number formats stay as they are.
 *
 * target[target_start + i . target_stride] = source[source_start + i . source_stride]
 * for every index i within `extent`. Source and target do not overlap. */
#ifndef FIELDTUNE_STRIDED_COPY_H
#define FIELDTUNE_STRIDED_COPY_H

#include <stdint.h>

struct strided_copy {
    int32_t extent[4]; /* the last varies fastest */
    int32_t source_stride[4], target_stride[4];
    int32_t source_start, target_start;
};

/* Slice and transpose: every element of the target is written. */
void strided_copy_s8(const struct strided_copy *copy, const int8_t *source, int8_t *target);
void strided_copy_s16(const struct strided_copy *copy, const int16_t *source, int16_t *target);

/* Padding: elements of the target (count) that the copy leaves out become `background`. */
void strided_spread_s8(const struct strided_copy *copy, int32_t count, int32_t background,
                       const int8_t *source, int8_t *target);

/* Gradient of a slice: elements of the target (count) that the copy leaves out become 0. */
void strided_spread_s16(const struct strided_copy *copy, int32_t count, const int16_t *source,
                        int16_t *target);

#endif
