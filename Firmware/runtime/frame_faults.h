/* Tries every small fault of a frame on the decoder. Nothing of it is linked into a firmware that does
 * not call it. */
#ifndef FIELDTUNE_FRAME_FAULTS_H
#define FIELDTUNE_FRAME_FAULTS_H

#include "frame.h"

struct frame_fault_counts {
    uint64_t wires;      /* faulty wires tried */
    uint64_t unharmed;   /* of which the frame came out as it was sent (a zero doubled, say) */
    uint64_t wrong;      /* of which another frame came out */
    uint32_t wrong_byte; /* where the latest of these was faulty first */
};

/* Tries on the `count` bytes of `wire`, a whole frame of the connection with `key`, each fault whose
 * first byte is in [from, to): every bit flipped, every two bits flipped, a byte lost, doubled,
 * inserted before it or replaced, with every value, and the rest cut off. */
struct frame_fault_counts frame_faults_try(const uint8_t *wire, uint32_t count, uint32_t key,
                                           uint32_t from, uint32_t to);

#endif
