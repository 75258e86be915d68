#include "prediction.h"

int32_t prediction_s8(int32_t count, const int8_t *codes) {
    int32_t best = 0;
    for (int32_t i = 1; i < count; i++) {
        best = codes[i] > codes[best] ? i : best;
    }
    return best;
}
