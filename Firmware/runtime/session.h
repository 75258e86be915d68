/* The device's side of the protocol above the link: runs, samples, training state.
 *
 * Invariants
 *   - Exactly once: a sample is named by (run, index) and applied only when its index is
 *     `records.next`. A repeat is answered from `records` and changes nothing.
 *   - No answer is dropped: no message or sample is taken before the link has room for the longest
 *     answer to it.
 *   - Outputs are not kept but computed again, so no step changes the weights before every OUTPUT
 *     is acknowledged.
 *   - `session_poll` runs at most one step, and nothing else here takes long. Between the step's
 *     operations the board's `yield` moves bytes: the next sample arrives in a slot, and calls that
 *     touch neither run nor training state are answered; the others wait. No step begins in a step.
 *   - While `is_keeping`, no credit is given, no message is taken and no step begins: the state stays as
 *     it was when STATE_KEEP came.
 *   - A step whose connection is gone meanwhile is applied and recorded, but not answered: the host
 *     sends its sample again, and the answer comes from `records`.
 *   - A message that cannot be carried out is answered by ERROR_REPORT and changes nothing.
 *   - No globals, no allocation, no input or output: the caller moves the bytes. */
#ifndef FIELDTUNE_SESSION_H
#define FIELDTUNE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "link.h"
#include "protocol.gen.h"
#include "record_ring.h"
#include "sample_queue.h"
#include "session_notices.h"
#include "session_speed.h"
#include "state_store.h"
#include "step.h"

enum {
    SESSION_UID_BYTES = 12,
    SESSION_SEGMENTS_MAX = 8,
    /* Every record of this many training steps carries a digest of the training state. */
    SESSION_DIGEST_INTERVAL = 64,
};

/* Line errors since boot. */
struct session_line_errors {
    uint32_t overruns;
    uint32_t framing;
    uint32_t noise;
    uint32_t dropped; /* bytes that the receive ring had no room for */
};

/* What the session tells about the board, and asks of it. Must outlive the session. */
struct session_board {
    const char *name;     /* folder under Firmware/boards, at most 31 bytes */
    const char *firmware; /* version, at most 31 bytes */
    uint8_t uid[SESSION_UID_BYTES];
    uint32_t boot_id;
    uint8_t counter_unit; /* enum wire_counter_unit */
    uint32_t counter_hertz;
    uint32_t default_speed;             /* of the line after a reset, baud; 0 where it has none */
    const struct wire_baud_rate *bauds; /* what `set_speed` can make */
    uint8_t baud_count;                 /* at most 8 */
    uint16_t clock_event; /* enum wire_log_event: what the clock runs on; 0 where all is well */
    const struct wire_memory_region *memory;
    uint8_t memory_count;                  /* at most 8 */
    const struct wire_crash_report *crash; /* what stopped the last boot; null for nothing */
    const struct wire_crash_registers *crash_registers; /* of a fault; null for none */
    const struct state_flash *flash;       /* that outlives a power loss; null for none */

    uint32_t (*ticks)(void);            /* free-running, wraps at 2^32 */
    uint32_t (*stack_high_water)(void); /* bytes; 0 when it is not measured */
    struct session_line_errors (*line_errors)(void);
    bool (*is_drained)(void);          /* the last byte given to the line has left it */
    void (*set_speed)(uint32_t speed); /* one of `bauds`; neither is called where there are none */
    /* Called between the operations of a step: gives what has come to session_receive and sends
     * what session_transmit has; never calls session_poll. */
    void (*yield)(void);
};

struct session {
    const struct step_model *model;
    const struct session_board *board;
    struct link link;
    struct sample_queue samples;
    struct record_ring records;
    struct session_notices notices;
    struct session_speed speed;
    struct state_store store;
    uint64_t run;     /* the open or last run; 0 for none */
    uint8_t state;    /* enum wire_run_state */
    bool run_ending;  /* RUN_END came and waits for the samples before it */
    bool output_told; /* an OUTPUT is on its way */
    bool is_keeping;  /* PAUSE is told, the training state is about to be written */

    bool is_stepping;          /* the oldest sample is in use */
    bool is_orphaned;          /* its connection is gone */
    bool is_answer_due;        /* its step is over, its answer waits for room */
    struct step_result result; /* of the latest step */

    uint32_t now;           /* milliseconds, as the caller said last */
    uint64_t ticks;         /* the board's counter, extended to 64 bits */
    uint64_t waiting_since; /* when no sample was left */
    bool is_waiting;        /* for a sample */
};

/* The training state is the one kept last, or else the initial one with seed 0. `slots` holds `slot_count` samples of model->input_bytes
 * beside the one in the arena, `targets` the model->target_bytes of each and of that one. */
void session_init(struct session *session, const struct step_model *model,
                  const struct session_board *board, int8_t *slots, uint32_t slot_count,
                  int16_t *targets);

/* Takes bytes from the line and answers the messages they complete. `now` in milliseconds. */
void session_receive(struct session *session, const uint8_t *bytes, uint32_t byte_count,
                     uint32_t now);

/* Runs at most one step, when a sample waits. True when another one waits. */
bool session_poll(struct session *session);

/* Writes the next frame for the line, of at most space->room bytes, and returns its size; 0 when there is
 * nothing to send. To be called until it returns 0, after each call of the two above and at least every
 * few milliseconds. */
uint32_t session_transmit(struct session *session, uint32_t now, const struct cobs_space *space);

#endif
