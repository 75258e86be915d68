/* What a generated training step offers to the runtime.
 *
 * The compiler writes one `training_step.c` per artifact that defines `step_model`. The runtime
 * reaches the step through this table only, so one runtime serves every model.
 *
 * Invariants
 *   - The training state is exactly the bytes of `segments`, in order. Its digest is FNV-1a (64 bit)
 *     over them; a checkpoint is a copy of them; nothing else survives from one step to the next.
 *   - What a target holds is the loss's business (SEMANTICS.md, "Loss"): a label, `target_bytes` of
 *     values, or nothing where the target is the sample itself.
 *   - The sample lies in the arena, at `input`, when `train`, `evaluate` or `infer` is called; they
 *     overwrite it. Between calls nobody uses the arena but whoever writes the next sample there.
 *   - Integer arithmetic only: every device gets the same bytes (invariant 8 of Sources/README.md).
 */
#ifndef FIELDTUNE_STEP_H
#define FIELDTUNE_STEP_H

#include <stdint.h>

#include "phase.h"
#include "step_update.h"

enum step_segment_kind {
    STEP_SEGMENT_HEADER = 0,     /* struct step_header */
    STEP_SEGMENT_RANGES = 1,     /* struct error_range[]: exponent and peak of each error tensor */
    STEP_SEGMENT_BIASES = 2,     /* int32, one layer after the other */
    STEP_SEGMENT_WEIGHTS = 3,    /* int8 high planes that the kernels read */
    STEP_SEGMENT_RESIDUALS = 4,  /* int8 low planes, same order as the weights */
    STEP_SEGMENT_VELOCITIES = 5, /* int32, steps not yet applied; empty for plain SGD */
    STEP_SEGMENT_COUNTERS = 6,   /* struct update_counts[], one for each trained layer */
};

struct step_segment {
    uint8_t *data;
    uint32_t byte_count;
    uint8_t kind; /* enum step_segment_kind */
};

/* First segment of every training state. */
struct step_header {
    uint32_t step; /* training steps applied since `reset` */
    uint32_t seed; /* key of every random number of the run */
};

/* What the loss compares the output with. */
struct step_target {
    uint32_t label;        /* the true class; 0 where there is none */
    const int16_t *values; /* target_bytes / 2 of them: Q14 probabilities, or output codes with 8
                              fraction bits; null where target_bytes is 0 */
};

struct step_result {
    int32_t loss_q16;     /* in the loss's unit, 16 fraction bits */
    uint16_t prediction;  /* index of the largest output code, the lowest such index */
    uint16_t output_count;
    const int8_t *output; /* output codes, valid until the next call */
    uint32_t saturated;   /* weights that met the end of their range in this step */
    uint32_t unchanged;   /* trained parameters whose update rounded to zero */
};

struct step_model {
    const char *name;
    uint64_t model_hash;
    uint64_t plan_hash;
    uint64_t semantics_hash;
    uint64_t layout_hash;
    int8_t *input; /* in the arena: `input_bytes` codes */
    uint32_t input_bytes;
    uint32_t target_bytes; /* of a target's values; 0 where the loss needs none */
    uint32_t class_count;
    uint32_t arena_bytes;
    uint32_t segment_count;
    const struct step_segment *segments;

    /* Initial weights from flash into SRAM, ranges empty, step 0, the given seed. */
    void (*reset)(uint32_t seed);
    /* target.label < class_count, and without velocities the update applies and has no momentum; the
     * caller checks. */
    void (*train)(struct step_target target, const struct step_update *update, struct phase_clock *clock,
                  struct step_result *result);
    /* Forward and loss, no change of the training state. */
    void (*evaluate)(struct step_target target, struct phase_clock *clock,
                     struct step_result *result);
    /* Forward only: loss_q16 is 0. */
    void (*infer)(struct phase_clock *clock, struct step_result *result);
};

extern const struct step_model step_model;

#endif
