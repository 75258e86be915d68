/* A training state that outlives a power loss.
 *
 * Two slots of flash hold a state each, with the run and the index it stands at. The newer one is
 * never touched: the other is erased and written, its first word, the checksum of all that
 * follows, last.
 *
 * Invariants
 *   - At every moment of writing, a power loss leaves the new state or the one before, whole.
 *   - A slot counts when its checksum fits and its state is one of this model, plan, semantics and
 *     layout; of two that count, the one of the higher generation.
 *   - What was written is read back and compared before the checksum is written. */
#ifndef FIELDTUNE_STATE_STORE_H
#define FIELDTUNE_STATE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "step.h"

enum { STATE_STORE_SLOTS = 2 };

/* Where states are kept: what a board offers. Erased bytes read 0xFF, and programming clears bits. */
struct state_flash {
    const uint8_t *slots[STATE_STORE_SLOTS];
    uint32_t slot_bytes;
    uint32_t erase_milliseconds;    /* at most */
    uint32_t bytes_per_millisecond; /* programmed, at least */
    /* Neither returns before it is done. False: flash did not take it. */
    bool (*erase)(uint32_t slot);
    /* `offset` is a multiple of 4; behind an odd end up to 3 bytes more stay 0xFF for good. */
    bool (*program)(uint32_t slot, uint32_t offset, const uint8_t *bytes, uint32_t byte_count);
};

/* Where a state stands. */
struct state_place {
    uint64_t run; /* 0 for none */
    uint32_t next_index;
};

struct state_store {
    const struct state_flash *flash; /* null: nothing is kept */
    uint32_t generation;             /* of the newest state: counts those written; 0 for none */
    uint32_t newest;                 /* its slot */
};

/* Looks for the newest state of `model`. True: it is the model's training state now, and stands at
 * `*place`. */
bool state_store_open(struct state_store *store, const struct state_flash *flash,
                      const struct step_model *model, struct state_place *place);

/* True when a slot is large enough for the model's training state. */
bool state_store_fits(const struct state_store *store, const struct step_model *model);

/* The longest that writing the model's training state takes. */
uint32_t state_store_milliseconds(const struct state_store *store, const struct step_model *model);

/* True when the newest state is the model's training state as it is now, at this place. */
bool state_store_holds(const struct state_store *store, const struct step_model *model,
                       struct state_place place);

/* Writes the model's training state, which must fit. False when flash did not take it: what was kept
 * before still is. */
bool state_store_keep(struct state_store *store, const struct step_model *model,
                      struct state_place place);

#endif
