/* The step loop: what becomes of one sample. */
#include <string.h>

#include "session_parts.h"

enum {
    RATE_MANTISSA_MIN = 0x40000000,
    RATE_MANTISSA_MAX = 0x7fffffff,
};

static struct session_fault check_run(const struct session *session,
                                      const struct wire_sample *head) {
    if (session->state != WIRE_RUN_STATE_RUNNING) {
        return session_fault(WIRE_ERROR_CODE_NO_RUN, head->index);
    }
    if (head->run != session->run) {
        return session_fault(WIRE_ERROR_CODE_WRONG_RUN, (uint32_t)session->run);
    }
    if (head->index > session->records.next) {
        return session_fault(WIRE_ERROR_CODE_INDEX_AHEAD, session->records.next);
    }
    return session_no_fault();
}

static bool has_velocities(const struct step_model *model) {
    for (uint32_t i = 0; i < model->segment_count; i++) {
        if (model->segments[i].kind == STEP_SEGMENT_VELOCITIES) {
            return model->segments[i].byte_count > 0;
        }
    }
    return false;
}

static struct session_fault check_update(const struct session *session,
                                         const struct wire_sample *head) {
    bool is_rate = head->rate_mantissa == 0 || (head->rate_mantissa >= RATE_MANTISSA_MIN &&
                                                head->rate_mantissa <= RATE_MANTISSA_MAX);
    if (!is_rate) {
        return session_fault(WIRE_ERROR_CODE_RATE_RANGE, head->rate_mantissa);
    }
    bool needs_velocity = head->momentum != 0 || (head->flags & SAMPLE_HELD) != 0;
    if (needs_velocity && !has_velocities(session->model)) {
        return session_fault(WIRE_ERROR_CODE_VELOCITY_MISSING, head->momentum);
    }
    return session_no_fault();
}

static struct session_fault check_sample(const struct session *session,
                                         const struct queued_sample *sample) {
    const struct wire_sample *head = &sample->head;
    const struct step_model *model = session->model;
    uint32_t target_bytes = head->mode == WIRE_SAMPLE_MODE_INFER ? 0 : model->target_bytes;
    if (sample->byte_count != model->input_bytes + target_bytes) {
        return session_fault(WIRE_ERROR_CODE_INPUT_SIZE, model->input_bytes + target_bytes);
    }
    if (head->mode != WIRE_SAMPLE_MODE_INFER && head->label >= model->class_count) {
        return session_fault(WIRE_ERROR_CODE_LABEL_RANGE, model->class_count);
    }
    if (head->mode == WIRE_SAMPLE_MODE_TRAIN) {
        return check_update(session, head);
    }
    return session_no_fault();
}

/* The sample's codes are in the step's input, where its values overwrite them. */
static void compute(struct session *session, const struct wire_sample *head,
                    struct phase_clock *clock) {
    const struct step_model *model = session->model;
    const struct step_target target = {head->label, sample_queue_target(&session->samples)};
    struct step_result *result = &session->result;
    memset(result, 0, sizeof *result);
    session->is_orphaned = false;
    session->is_stepping = true;
    switch ((enum wire_sample_mode)head->mode) {
    case WIRE_SAMPLE_MODE_TRAIN: {
        const struct step_update update = {
            .rate = {head->rate_mantissa, head->rate_shift},
            .momentum = head->momentum,
            .decay = head->decay,
            .applies = (head->flags & SAMPLE_HELD) == 0,
        };
        model->train(target, &update, clock, result);
        break;
    }
    case WIRE_SAMPLE_MODE_EVALUATE:
        model->evaluate(target, clock, result);
        break;
    case WIRE_SAMPLE_MODE_INFER:
        model->infer(clock, result);
        break;
    }
    phase_enter(clock, PHASE_WAIT);
    session->is_stepping = false;
    session->is_answer_due = !session->is_orphaned;
}

static struct phase_clock start_clock(const struct session *session) {
    return (struct phase_clock){
        .now = session->board->ticks,
        .yield = session->board->yield,
        .since = session->board->ticks(),
        .current = PHASE_WAIT,
    };
}

static void answer_output(struct session *session, const struct wire_sample *head) {
    const struct step_result *result = &session->result;
    uint32_t count =
        result->output_count < SESSION_CODES_MAX ? result->output_count : SESSION_CODES_MAX;
    const struct wire_output output = {
        .run = session->run,
        .index = head->index,
        .prediction = result->prediction,
        .codes = {(const uint8_t *)result->output, (uint16_t)count},
    };
    session->output_told = true;
    struct link_space space = link_space(&session->link);
    link_send_encoded(&session->link, WIRE_CHANNEL_TELEMETRY,
                      wire_output_encode(&output, space.bytes, space.byte_count));
}

static void apply(struct session *session, const struct wire_sample *head) {
    uint64_t waited = session->is_waiting ? session_ticks(session) - session->waiting_since : 0;
    struct phase_clock clock = start_clock(session);
    compute(session, head, &clock);
    session_keep_record(session, head, waited, &clock);
}

/* Output codes are not kept: they are computed again, from the codes that the host has sent again,
 * as long as the weights are the same. */
static struct session_fault answer_repeat(struct session *session,
                                          const struct queued_sample *sample) {
    const struct wire_step *found = record_ring_find(&session->records, sample->head.index);
    bool is_output = found != 0 && found->mode == WIRE_SAMPLE_MODE_INFER;
    if (found == 0 || (is_output && found->training_step != session_training_step(session))) {
        return session_fault(WIRE_ERROR_CODE_INDEX_FORGOTTEN,
                             record_ring_oldest(&session->records));
    }
    if (!is_output) {
        session_repeat_record(session, found);
        return session_no_fault();
    }
    struct session_fault fault = check_sample(session, sample);
    if (fault.code == 0) {
        struct phase_clock clock = start_clock(session);
        compute(session, &sample->head, &clock);
    }
    return fault;
}

static struct session_fault answer_sample(struct session *session,
                                          const struct queued_sample *sample) {
    if (!sample->readable) {
        return session_fault(WIRE_ERROR_CODE_MALFORMED_MESSAGE, WIRE_MESSAGE_SAMPLE);
    }
    struct session_fault fault = check_run(session, &sample->head);
    if (fault.code != 0) {
        return fault;
    }
    if (sample->head.index != session->records.next) {
        return answer_repeat(session, sample);
    }
    fault = check_sample(session, sample);
    if (fault.code == 0) {
        apply(session, &sample->head);
    }
    return fault;
}

uint32_t session_sample_room(const struct session *session, const struct queued_sample *sample) {
    uint32_t codes = session->model->class_count;
    codes = codes < SESSION_CODES_MAX ? codes : SESSION_CODES_MAX;
    uint32_t output_bytes = WIRE_OUTPUT_MAX_BYTES - SESSION_CODES_MAX + codes;
    bool is_output = sample->head.mode == WIRE_SAMPLE_MODE_INFER;
    return is_output && output_bytes > SESSION_ANSWER_BYTES ? output_bytes : SESSION_ANSWER_BYTES;
}

void session_run_sample(struct session *session, const struct queued_sample *sample) {
    struct session_fault fault = answer_sample(session, sample);
    if (fault.code != 0) {
        session_answer_fault(session, fault);
    }
}

bool session_answer_step(struct session *session, const struct queued_sample *sample) {
    if (!link_has_room(&session->link, session_sample_room(session, sample))) {
        return false;
    }
    session->is_answer_due = false;
    if (sample->head.mode == WIRE_SAMPLE_MODE_INFER) {
        answer_output(session, &sample->head);
    } else {
        session_answer_record(session, record_ring_find(&session->records, sample->head.index));
    }
    return true;
}
