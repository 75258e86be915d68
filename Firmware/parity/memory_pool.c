#include <assert.h>

#include "memory.h"

const int32_t guard_bytes = 16;
const uint8_t fresh_byte = 0x5a;

enum { POOL_BYTES = 1 << 20 };

/* Blocks begin at an odd multiple of 8 bytes: nothing may count on 16. */
static _Alignas(16) uint8_t pool[POOL_BYTES];
static int32_t used;

uint8_t *block_take(int32_t bytes) {
    uint8_t *block = pool + used + 8;
    used += (bytes + 23) / 16 * 16;
    assert(used + 16 <= POOL_BYTES);
    return block;
}

/* Last taken, first released. */
void block_release(uint8_t *block) {
    used = (int32_t)(block - pool) - 8;
}
