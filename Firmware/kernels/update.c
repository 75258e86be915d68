#include "update.h"

struct update_counts update_counts_total(const struct update_counts *counts, uint32_t layers) {
    struct update_counts total = {0, 0};
    for (uint32_t layer = 0; layer < layers; layer++) {
        total.saturated += counts[layer].saturated;
        total.unchanged += counts[layer].unchanged;
    }
    return total;
}

/* The finalizer of MurmurHash3 (A. Appleby, 2011, public domain). */
static uint32_t mix(uint32_t word) {
    word = (word ^ word >> 16) * UINT32_C(0x85ebca6b);
    word = (word ^ word >> 13) * UINT32_C(0xc2b2ae35);
    return word ^ word >> 16;
}

uint32_t random_key(uint32_t seed, uint32_t step, uint32_t tensor) {
    return mix(mix(mix(seed) + step) + tensor);
}

/* The share of a value, rounded half up; share in Q16. */
static int32_t share_of(int32_t value, int32_t share_q16) {
    return share_q16 == 0 ? 0 : (int32_t)(((int64_t)value * share_q16 + 0x8000) >> 16);
}

/* weight16 minus step and decay, within +-127 codes. The file's -128 stays where nothing moves it.
 */
static void weight_move(int32_t step, int32_t decay, int8_t *weight, int8_t *residual,
                               struct update_counts *counts) {
    int32_t wide = *weight * 256 + *residual;
    /* A larger step would meet the end of the range as well: all of it stays within int32. */
    step = clamp_s32(step, -(1 << 17), 1 << 17) + share_of(wide, decay);
    if (step == 0) {
        return;
    }
    int32_t moved = wide - step;
    int32_t bounded = clamp_s32(moved, -(127 * 256 + 128), 127 * 256 + 127);
    if (bounded != moved) {
        counts->saturated += 1;
    }
    int32_t high = (bounded + 128) >> 8;
    *weight = (int8_t)high;
    *residual = (int8_t)(bounded - high * 256);
}

/* Adds delta to the velocity and returns the part that is applied now, as a step of weight16. What
 * rounding leaves stays whole, what was applied stays as far as the momentum says:
 * |rest| <= 2^15, |step * momentum| <= 32767 * 65535, the sum < 2^31. */
static int32_t accumulate(int32_t delta, const struct step_update *update, int32_t *velocity,
                          struct update_counts *counts) {
    const int32_t limit = 0x7fff0000;
    int64_t sum = (int64_t)*velocity + delta;
    int32_t bounded = sum > limit ? limit : sum < -limit ? -limit : (int32_t)sum;
    if (bounded != sum) {
        counts->saturated += 1;
    }
    if (!update->applies) {
        *velocity = bounded;
        return 0;
    }
    int32_t step = (bounded + 0x8000) >> 16;
    *velocity = bounded - step * 65536 + step * (int32_t)update->momentum;
    return step;
}

/* The weight in 2^-24 of a code, minus step and decay, rounded to a code. */
static void round_to_code(int32_t gradient, int32_t delta, int32_t decay,
                          const struct weight_planes *planes, int32_t at,
                          struct update_counts *counts) {
    int32_t before = planes->weight[at];
    int32_t after = before;
    int64_t step = delta + (int64_t)before * decay * 256;
    if (step != 0) {
        uint32_t random = mix(planes->random_key + (uint32_t)at * UINT32_C(0x9e3779b9));
        int32_t low = planes->rounds_randomly ? (int32_t)(random >> 8) : 1 << 23;
        int32_t moved = (int32_t)((before * (INT64_C(1) << 24) - step + low) >> 24);
        after = clamp_s32(moved, -127, 127);
        if (after != moved) {
            counts->saturated += 1;
        }
        planes->weight[at] = (int8_t)after;
    }
    if (gradient != 0 && after == before) {
        counts->unchanged += 1;
    }
}

void weights_step(int32_t count, const int32_t *gradients, const int32_t *deltas, int32_t decay,
                  const struct step_update *update, const struct weight_planes *planes, int32_t at,
                  struct update_counts *counts) {
    for (int32_t k = 0; k < count; k++, at++) {
        if (planes->residual == 0) {
            round_to_code(gradients[k], deltas[k], decay, planes, at, counts);
            continue;
        }
        if (deltas[k] == 0 && gradients[k] != 0) {
            counts->unchanged += 1;
        }
        int32_t step = planes->velocity == 0
                           ? deltas[k]
                           : accumulate(deltas[k], update, &planes->velocity[at], counts);
        weight_move(step, decay, &planes->weight[at], &planes->residual[at], counts);
    }
}
