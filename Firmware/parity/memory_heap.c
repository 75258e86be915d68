#include <stdlib.h>

#include "memory.h"

const int32_t guard_bytes = 0;
const uint8_t fresh_byte = 0xa5;

uint8_t *block_take(int32_t bytes) {
    uint8_t *block = malloc((size_t)bytes);
    if (block == NULL) {
        abort();
    }
    return block;
}

void block_release(uint8_t *block) {
    free(block);
}
