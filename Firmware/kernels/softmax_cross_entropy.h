/* Loss of a classifier on its accumulators, in integers (SEMANTICS.md, "Loss"). */
#ifndef FIELDTUNE_SOFTMAX_CROSS_ENTROPY_H
#define FIELDTUNE_SOFTMAX_CROSS_ENTROPY_H

#include <stdint.h>

struct cross_entropy_shape {
    int32_t channels;
};

struct cross_entropy_stage {
    const int32_t *multiplier; /* for each channel: real value of an accumulator unit * 2^16 */
    const int16_t *shift;
    int32_t bits; /* mantissa bits of the error, whose exponent is -bits; 4...15 */
};

/* logits (C) -> error (C) = softmax - one-hot, or NULL in evaluation. Returns the loss in nats,
 * Q16. `scratch` holds C uint32. label < C. */
int32_t softmax_cross_entropy_s32(const struct cross_entropy_shape *shape,
                                  const struct cross_entropy_stage *stage, const int32_t *logits,
                                  int32_t label, uint32_t *scratch, int16_t *error);

/* The same against a distribution: `target` holds C probabilities in Q14, whose sum the host makes
 * 2^14. A target of 2^14 for one class gives the same bits as that class as label. */
int32_t soft_cross_entropy_s32(const struct cross_entropy_shape *shape,
                               const struct cross_entropy_stage *stage, const int32_t *logits,
                               const int16_t *target, uint32_t *scratch, int16_t *error);

#endif
