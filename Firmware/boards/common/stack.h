/* Bounds of the stack (sections.ld) and the pattern it is painted with. */
#ifndef FIELDTUNE_STACK_H
#define FIELDTUNE_STACK_H

#include <stdint.h>

#define STACK_PAINT 0xA5C33C5Au

extern uint32_t __stack_start[];
extern uint32_t __stack_end[];

#endif
