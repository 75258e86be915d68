/* How many of the stack's reserved bytes were ever used.
 *
 * Invariant: startup fills [__stack_start, stack pointer) with STACK_PAINT before firmware_run; the
 * stack grows downwards, so the lowest words still holding it were never written. */
#include "stack.h"

#include "board.h"

uint32_t board_stack_high_water(void) {
    const uint32_t *word = __stack_start;
    while (word < __stack_end && *word == STACK_PAINT)
        word++;
    return (uint32_t)((uintptr_t)__stack_end - (uintptr_t)word);
}
