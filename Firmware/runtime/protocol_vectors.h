/* Runs the vectors of Protocol/vectors through the codec, on the host or on a board. Nothing of it
 * is linked into a firmware that does not call it. */
#ifndef FIELDTUNE_PROTOCOL_VECTORS_H
#define FIELDTUNE_PROTOCOL_VECTORS_H

#include "frame.h"

struct frame_vector {
    const uint8_t *wire;
    uint16_t wire_count;
    uint8_t event;              /* enum frame_event: what the last byte must bring */
    struct frame_header header; /* and, for FRAME_GOOD, what the frame says */
    const uint8_t *body;
    uint16_t body_count;
};

/* A message from the host. */
struct message_vector {
    const uint8_t *bytes;
    uint16_t count;
    bool is_good;
};

extern const uint32_t frame_vector_key; /* of the connection they belong to */
extern const struct frame_vector frame_vectors[];
extern const uint32_t frame_vector_count;
extern const struct message_vector message_vectors[];
extern const uint32_t message_vector_count;

/* 0 when every vector passes; else 1 + the index of the first that fails, frames before messages.
 */
int protocol_vectors_run(void);

#endif
