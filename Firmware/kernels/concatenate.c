#include "concatenate.h"

#include <string.h>

void concatenate_s8(const struct concatenate_shape *shape, const int8_t *const *inputs,
                    int8_t *output) {
    for (int32_t row = 0; row < shape->rows; row++) {
        for (int32_t i = 0; i < shape->input_count; i++) {
            memcpy(output, inputs[i] + row * shape->run[i], (size_t)shape->run[i]);
            output += shape->run[i];
        }
    }
}
