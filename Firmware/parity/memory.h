/* The operands of one case, exactly as large as the kernel's header says. */
#ifndef FIELDTUNE_PARITY_MEMORY_H
#define FIELDTUNE_PARITY_MEMORY_H

#include <stdint.h>

/* What a kernel leaves in scratch is nobody's business. */
enum role { OPERAND, SCRATCH };

/* Never NULL, and filled with a pattern. Begins `offset` behind a multiple of 8 bytes. */
void *take(const char *name, enum role role, int32_t bytes, int32_t offset);

/* The name of an operand with a guard that was overwritten, or NULL. */
const char *broken_guard(void);

/* Goes on from `digest` over all operands but scratch (FNV-1a). */
uint64_t digest_operands(uint64_t digest);

void release_all(void);

/* Two ways: memory_pool.c puts guards around what it offers, memory_heap.c leaves that to the
 * address sanitizer. */
extern const int32_t guard_bytes;
extern const uint8_t fresh_byte;
uint8_t *block_take(int32_t bytes);
void block_release(uint8_t *block);

#endif
