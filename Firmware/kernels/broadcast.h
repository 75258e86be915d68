/* Loops of elementwise operations whose operands may be repeated along some dimensions. */
#ifndef FIELDTUNE_BROADCAST_H
#define FIELDTUNE_BROADCAST_H

#include <stdbool.h>
#include <stdint.h>

/* Three loops over the result, outermost first, extents of 1 where fewer are needed; steps are
 * elements of each operand, 0 where it is repeated. */
struct broadcast_shape {
    int32_t extent[3];
    int32_t a_step[3];
    int32_t b_step[3];
};

/* Where the innermost loop begins, in each operand; zero for the first. */
struct broadcast_run {
    int32_t outer, middle;
    int32_t a, b;
};

/* The run behind this one; false when it was the last. */
static inline bool next_broadcast_run(const struct broadcast_shape *shape,
                                      struct broadcast_run *run) {
    run->middle++;
    if (run->middle == shape->extent[1]) {
        run->middle = 0;
        run->outer++;
    }
    run->a = run->outer * shape->a_step[0] + run->middle * shape->a_step[1];
    run->b = run->outer * shape->b_step[0] + run->middle * shape->b_step[1];
    return run->outer < shape->extent[0];
}

/* The gradient of an operand: `kept` loops run over its elements in order, `summed` ones over the
 * places at which an element was repeated; steps are elements of d_output and of the other factor. */
struct broadcast_gradient_shape {
    int32_t kept[3], kept_output_step[3], kept_factor_step[3];
    int32_t summed[2], summed_output_step[2], summed_factor_step[2];
};

#endif
