/* Random operands. Every draw is a statement of its own: C does not say in which order the parts of
 * an expression are evaluated, and host and board must draw the same. */
#ifndef FIELDTUNE_PARITY_DRAW_H
#define FIELDTUNE_PARITY_DRAW_H

#include <stdbool.h>
#include <stdint.h>

void draw_begin(uint32_t seed, uint32_t kernel, uint32_t number);

uint32_t draw_word(void);

/* Both ends included. */
int32_t draw_between(int32_t low, int32_t high);

bool draw_one_in(int32_t count);

/* Any codes; sometimes only the ends of the range, sometimes mostly zeros. */
void draw_codes(int8_t *codes, int32_t count);

/* Mantissas up to `limit`; sometimes only the ends, sometimes mostly zeros. */
void draw_errors(int16_t *errors, int32_t count, int32_t limit);

/* Over the whole of int32, most of them small. */
void draw_numbers(int32_t *numbers, int32_t count);

#endif
