#ifndef FIELDTUNE_STEP_UPDATE_H
#define FIELDTUNE_STEP_UPDATE_H

#include <stdbool.h>
#include <stdint.h>

/* Learning rate = mantissa * 2^-shift, mantissa in [2^30, 2^31) or 0. */
struct step_rate {
    uint32_t mantissa;
    uint32_t shift;
};

/* What the host orders for the update of one step. */
struct step_update {
    struct step_rate rate;
    uint16_t momentum; /* Q16: share of an applied step that stays in the velocity */
    uint16_t decay;    /* Q16: share of each trained weight that an applied step takes off */
    bool applies;      /* false: the step goes into the velocity, and no parameter moves */
};

#endif
