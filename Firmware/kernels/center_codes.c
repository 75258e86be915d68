#include "center_codes.h"

void center_codes_s8_s32(int32_t count, int32_t zero_point, const int8_t *codes,
                         int32_t *centered) {
    for (int32_t i = 0; i < count; i++) {
        centered[i] = codes[i] - zero_point;
    }
}
