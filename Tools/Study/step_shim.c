/* The generated training step without a link: loops over samples in memory, for the study.
 *
 * Linked with an artifact's training_step.c and the kernels into a shared library. `order` picks
 * samples of `inputs` (input_bytes each); all other arrays go with the steps. */
#include <stddef.h>
#include <string.h>

#include "digest.h"
#include "step.h"

static uint32_t no_time(void) {
    return 0;
}

static void no_line(void) {
}

static struct phase_clock phases = {.now = no_time, .yield = no_line};

static void take(const int8_t *inputs, size_t sample) {
    memcpy(step_model.input, inputs + sample * step_model.input_bytes, step_model.input_bytes);
}

void study_reset(uint32_t seed) {
    step_model.reset(seed);
}

uint64_t study_digest(void) {
    return digest_of_state(&step_model);
}

/* counts: saturated and unchanged parameters, summed over the steps. */
void study_train(const int8_t *inputs, const uint32_t *labels, const uint32_t *order,
                 const struct step_update *updates, uint32_t step_count, int32_t *losses_q16,
                 uint16_t *predictions, uint64_t counts[2]) {
    for (uint32_t i = 0; i < step_count; i++) {
        const struct step_target target = {.label = labels[order[i]]};
        struct step_result result;
        take(inputs, order[i]);
        step_model.train(target, &updates[i], &phases, &result);
        losses_q16[i] = result.loss_q16;
        predictions[i] = result.prediction;
        counts[0] += result.saturated;
        counts[1] += result.unchanged;
    }
}

void study_evaluate(const int8_t *inputs, const uint32_t *labels, uint32_t sample_count,
                    int32_t *losses_q16, uint16_t *predictions) {
    for (size_t i = 0; i < sample_count; i++) {
        const struct step_target target = {.label = labels[i]};
        struct step_result result;
        take(inputs, i);
        step_model.evaluate(target, &phases, &result);
        losses_q16[i] = result.loss_q16;
        predictions[i] = result.prediction;
    }
}
