/* Which memory a Thumb instruction touches, from its encoding and the registers before it (DDI 0403E,
 * A5 to A7). */
#ifndef FIELDTUNE_THUMB_ACCESS_H
#define FIELDTUNE_THUMB_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

struct thumb_access {
    uint32_t address; /* the lowest byte */
    uint32_t size;    /* bytes, all registers of a multiple transfer together; 0: touches none */
    bool is_aligned;  /* faults unless the address is a multiple of 4 (A3.2.1) */
};

/* Bytes of the instruction: 2 or 4. */
static inline uint32_t thumb_size(uint16_t first) {
    return first >> 11 >= 0x1D ? 4 : 2;
}

/* `registers`: R0 to R15, the counter being the instruction's own address. */
struct thumb_access thumb_access(uint16_t first, uint16_t second, const uint32_t registers[16]);

#endif
