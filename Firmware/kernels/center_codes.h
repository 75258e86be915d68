/* Codes less their zero point, for a loss that reads codes. */
#ifndef FIELDTUNE_CENTER_CODES_H
#define FIELDTUNE_CENTER_CODES_H

#include <stdint.h>

/* codes (count) -> centered (count), |centered| <= 255 */
void center_codes_s8_s32(int32_t count, int32_t zero_point, const int8_t *codes, int32_t *centered);

#endif
