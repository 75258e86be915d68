/* Which outputs lie strictly inside their clamp: where a fused activation passes its error. */
#ifndef FIELDTUNE_CLAMP_MASK_H
#define FIELDTUNE_CLAMP_MASK_H

#include <stdint.h>

#include "pool2d.h"

/* codes (count) -> mask, one bit an element, least significant first, (count + 7) / 8 bytes; the
 * bits behind the last element are 0. */
void clamp_mask_s8(int32_t count, const struct clamp_stage *clamp, const int8_t *codes,
                   uint8_t *mask);

/* d_output where the bit is set, otherwise 0; same range. `d_input` may be `d_output`. */
void mask_error_s16(int32_t count, const int16_t *d_output, const uint8_t *mask, int16_t *d_input);

#endif
