/* What is kept and told of a step. In a file of its own: nothing here is on the stack while a step runs. */
#include "digest.h"
#include "session_parts.h"

static void fill_board(const struct session *session, struct wire_step *record) {
    const struct session_line_errors errors = session->board->line_errors();
    record->stack_high_water_bytes = session->board->stack_high_water();
    record->overruns = errors.overruns;
    record->framing_errors = errors.framing;
    record->noise_errors = errors.noise;
}

static void fill_digest(const struct session *session, struct wire_step *record) {
    if (record->mode == WIRE_SAMPLE_MODE_TRAIN &&
        record->training_step % SESSION_DIGEST_INTERVAL == 0) {
        record->flags = STEP_HAS_DIGEST;
        record->digest = digest_of_state(session->model);
    }
}

void session_keep_record(struct session *session, const struct wire_sample *head, uint64_t waited,
                         const struct phase_clock *clock) {
    const struct step_result *result = &session->result;
    struct wire_step record = {
        .run = session->run,
        .index = head->index,
        .mode = head->mode,
        .loss_q16 = result->loss_q16,
        .prediction = result->prediction,
        .label = head->label,
        .correct = result->prediction == head->label,
        .training_step = session_training_step(session),
        .wait_ticks = waited < UINT32_MAX ? (uint32_t)waited : UINT32_MAX,
        .forward_ticks = clock->total[PHASE_FORWARD],
        .backward_ticks = clock->total[PHASE_BACKWARD],
        .update_ticks = clock->total[PHASE_UPDATE],
        .saturated = result->saturated,
        .unchanged = result->unchanged,
    };
    fill_board(session, &record);
    fill_digest(session, &record);
    record_ring_add(&session->records, &record);
}

void session_answer_record(struct session *session, const struct wire_step *record) {
    struct link_space space = link_space(&session->link);
    link_send_encoded(&session->link, WIRE_CHANNEL_TELEMETRY,
                      wire_step_encode(record, space.bytes, space.byte_count));
}

void session_repeat_record(struct session *session, const struct wire_step *found) {
    struct wire_step record = *found;
    record.flags |= STEP_REPEATED;
    session_answer_record(session, &record);
}
