/* What the files of the session share. */
#ifndef FIELDTUNE_SESSION_PARTS_H
#define FIELDTUNE_SESSION_PARTS_H

#include "session.h"

enum { RUN_BEGIN_RESETS = 1u };                    /* bits of RUN_BEGIN's flags */
enum { SAMPLE_HELD = 1u };                         /* bits of SAMPLE's flags */
enum { STEP_HAS_DIGEST = 1u, STEP_REPEATED = 2u }; /* bits of STEP's flags */
/* The longest answer but OUTPUT and SEGMENT_DATA. */
enum { SESSION_ANSWER_BYTES = WIRE_ERROR_REPORT_MAX_BYTES };
enum { SESSION_CODES_MAX = 600 };         /* of OUTPUT's `codes` */
enum { SESSION_PATTERN_MAX_BYTES = 600 }; /* of LINK_TEST_REPORT's `pattern` */

/* Why a message was not carried out. `code` 0: it was. */
struct session_fault {
    uint16_t code; /* enum wire_error_code */
    uint32_t context;
};

static inline struct session_fault session_no_fault(void) {
    return (struct session_fault){0, 0};
}

static inline struct session_fault session_fault(enum wire_error_code code, uint32_t context) {
    return (struct session_fault){(uint16_t)code, context};
}

static inline struct session_fault session_malformed(enum wire_message identifier) {
    return session_fault(WIRE_ERROR_CODE_MALFORMED_MESSAGE, (uint32_t)identifier);
}

/* The board's counter, extended to 64 bits. To be called at least once in 2^32 ticks. */
uint64_t session_ticks(struct session *session);

/* Training steps in the state: the first field of its header. */
uint32_t session_training_step(const struct session *session);

/* Answers with an ERROR_REPORT. */
void session_answer_fault(struct session *session, struct session_fault fault);

/* Bytes of the longest answer to this message, and to this sample. */
uint32_t session_call_room(const uint8_t *bytes, uint32_t byte_count);
uint32_t session_sample_room(const struct session *session, const struct queued_sample *sample);

/* True for calls that touch neither run nor training state. */
bool session_call_is_harmless(const uint8_t *bytes, uint32_t byte_count);

/* Carries out one message of any channel but samples, and answers it. */
void session_call(struct session *session, const uint8_t *bytes, uint32_t byte_count);

/* Calls about the line. */
struct session_fault session_test_line(struct session *session, const uint8_t *bytes,
                                       uint32_t count);
struct session_fault session_tell_counters(struct session *session);
struct session_fault session_propose_speed(struct session *session, const uint8_t *bytes,
                                           uint32_t count);
struct session_fault session_commit_speed(struct session *session, const uint8_t *bytes,
                                          uint32_t count);

/* STATE_KEEP, and what is left to do of it while `is_keeping`. */
struct session_fault session_keep_state(struct session *session, const uint8_t *bytes,
                                        uint32_t count);
void session_finish_keeping(struct session *session);

/* Changes the line's speed when it is time; to be called at least every few milliseconds. */
void session_keep_speed(struct session *session);

/* Tells what is new. */
void session_tell_notices(struct session *session);
/* A new connection: it is told at once. */
void session_begin_notices(struct session *session);
/* The connection is gone: what it did not acknowledge will be told again. */
void session_repeat_notices(struct session *session);

/* Answers RUN_END when the samples before it are applied. */
void session_finish_ending(struct session *session);

/* Applies the oldest sample, whose answer is then due, or answers it from the records. */
void session_run_sample(struct session *session, const struct queued_sample *sample);

/* Keeps the record of the step just run, which waited so many ticks for its sample. */
void session_keep_record(struct session *session, const struct wire_sample *head, uint64_t waited,
                         const struct phase_clock *clock);
void session_answer_record(struct session *session, const struct wire_step *record);
/* The same of a step that was answered before. */
void session_repeat_record(struct session *session, const struct wire_step *found);

/* Answers the step of the oldest sample. False when there is no room yet. */
bool session_answer_step(struct session *session, const struct queued_sample *sample);

#endif
