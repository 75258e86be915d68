#include "memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { MOST_OPERANDS = 24, GUARD = 0xc3 };

struct operand {
    const char *name;
    enum role role;
    uint8_t *block, *data;
    int32_t bytes, offset;
};

static struct operand operands[MOST_OPERANDS];
static int32_t operand_count;

void *take(const char *name, enum role role, int32_t bytes, int32_t offset) {
    struct operand *operand = &operands[operand_count++];
    uint8_t *block = block_take(offset + bytes + 2 * guard_bytes);
    *operand = (struct operand){name, role, block, block + guard_bytes + offset, bytes, offset};
    memset(block, GUARD, (size_t)(guard_bytes + offset));
    memset(operand->data, fresh_byte, (size_t)bytes);
    memset(operand->data + bytes, GUARD, (size_t)guard_bytes);
    return operand->data;
}

static bool is_guard(const uint8_t *bytes, int32_t count) {
    while (count > 0 && *bytes == GUARD) {
        bytes++, count--;
    }
    return count == 0;
}

const char *broken_guard(void) {
    for (const struct operand *o = operands; o < operands + operand_count; o++) {
        if (!is_guard(o->block, guard_bytes + o->offset) ||
            !is_guard(o->data + o->bytes, guard_bytes)) {
            return o->name;
        }
    }
    return NULL;
}

uint64_t digest_operands(uint64_t digest) {
    for (const struct operand *o = operands; o < operands + operand_count; o++) {
        for (int32_t i = 0; o->role != SCRATCH && i < o->bytes; i++) {
            digest = (digest ^ o->data[i]) * UINT64_C(0x100000001b3);
        }
    }
    return digest;
}

void release_all(void) {
    while (operand_count > 0) {
        block_release(operands[--operand_count].block);
    }
}
