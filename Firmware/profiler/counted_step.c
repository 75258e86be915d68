/* Firmware without a session: a few training steps on one sample, for counting instructions.
 *
 * The profiler's plugin counts from `counted_step` to `counting_ends`. The steps before it let the
 * exponents of errors find their values; their rate is 0, so the counted step meets its sample with
 * the whole loss and its updates are not smaller than those of one that was never seen. No
 * interrupt is enabled, so every run of the same firmware executes the same instructions.
 */
#include <stdbool.h>
#include <string.h>

#include "board.h"
#include "counted_sample.h" /* written by the build: COUNTED_… and the sample */
#include "digest.h"
#include "firmware.h"
#include "step.h"

/* Arm semihosting (DUI 0471): the only way out of QEMU. */
enum { SYS_EXIT = 0x18, STOPPED_BY_EXIT = 0x20026, STOPPED_BY_ERROR = 0x20023 };

void counted_step(const struct step_update *update, struct phase_clock *clock,
                  struct step_result *result);
_Noreturn void counting_ends(bool is_right);

static const struct step_target target = {.label = COUNTED_LABEL, .values = COUNTED_TARGET};

static void take_sample(void) {
    memcpy(step_model.input, counted_input, sizeof counted_input);
}

__attribute__((noinline)) void counted_step(const struct step_update *update,
                                            struct phase_clock *clock, struct step_result *result) {
    step_model.train(target, update, clock, result);
}

__attribute__((noinline)) _Noreturn void counting_ends(bool is_right) {
    register uint32_t operation __asm("r0") = SYS_EXIT;
    register uint32_t reason __asm("r1") = is_right ? STOPPED_BY_EXIT : STOPPED_BY_ERROR;
    for (;;)
        __asm volatile("bkpt 0xab" : "+r"(operation) : "r"(reason) : "memory");
}

/* As that of the firmware when nothing is to be done. */
void firmware_yield(void) {
    static uint32_t yielded_at;
    uint32_t now = board_milliseconds();
    if (now == yielded_at)
        return;
    yielded_at = now;
}

static const struct step_rate first_rate = {COUNTED_RATE_MANTISSA, COUNTED_FIRST_RATE_SHIFT};
static const struct step_rate rate = {COUNTED_RATE_MANTISSA, COUNTED_RATE_SHIFT};

static void train(struct step_rate at, struct phase_clock *clock) {
    const struct step_update update = {.rate = at, .applies = true};
    struct step_result result;
    take_sample();
    step_model.train(target, &update, clock, &result);
}

/* Whether the first step leaves the state it should. */
static bool first_step_is_right(struct phase_clock *clock) {
    step_model.reset(1);
    train(first_rate, clock);
    return COUNTED_DIGEST == 0 || digest_of_state(&step_model) == COUNTED_DIGEST;
}

_Noreturn void firmware_run(void) {
    struct phase_clock clock = {.now = board_ticks, .yield = firmware_yield};
    bool is_right = first_step_is_right(&clock);
    step_model.reset(1);
    for (uint32_t step = 1; step < COUNTED_STEPS; step++)
        train((struct step_rate){0}, &clock);
    const struct step_update update = {.rate = rate, .applies = true};
    struct step_result result;
    take_sample();
    counted_step(&update, &clock, &result);
    counting_ends(is_right);
}
