#ifndef FIELDTUNE_STEP_RATE_H
#define FIELDTUNE_STEP_RATE_H

#include <stdint.h>

/* Learning rate = mantissa * 2^-shift, mantissa in [2^30, 2^31) or 0. */
struct step_rate {
    uint32_t mantissa;
    uint32_t shift;
};

#endif
