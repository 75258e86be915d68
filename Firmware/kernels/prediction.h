#ifndef FIELDTUNE_PREDICTION_H
#define FIELDTUNE_PREDICTION_H

#include <stdint.h>

/* Index of the largest code, the lowest such index; count >= 1. */
int32_t prediction_s8(int32_t count, const int8_t *codes);

#endif
