#include "session.h"

#include <assert.h>
#include <string.h>

#include "session_parts.h"

static uint32_t identify(void *context, uint8_t *bytes, uint32_t capacity) {
    const struct session *session = context;
    const struct session_board *board = session->board;
    const struct step_model *model = session->model;
    if (session->is_stepping) {
        return 0;
    }
    struct wire_segment_info segments[SESSION_SEGMENTS_MAX];
    for (uint32_t i = 0; i < model->segment_count; i++) {
        segments[i] = (struct wire_segment_info){
            .kind = model->segments[i].kind, .byte_count = model->segments[i].byte_count};
    }
    struct wire_device_info info = {
        .boot_id = board->boot_id,
        .board = wire_text_of(board->name),
        .firmware = wire_text_of(board->firmware),
        .model_hash = model->model_hash,
        .plan_hash = model->plan_hash,
        .semantics_hash = model->semantics_hash,
        .layout_hash = model->layout_hash,
        .sample_queue_bytes = sample_queue_capacity_bytes(&session->samples),
        .sample_slots = (uint16_t)sample_queue_places(&session->samples),
        .record_slots = RECORD_RING_SLOTS,
        .input_bytes = model->input_bytes,
        .target_bytes = model->target_bytes,
        .class_count = (uint16_t)model->class_count,
        .segments = segments,
        .segments_count = (uint8_t)model->segment_count,
        .bits_per_second = session->speed.current,
        .bauds = board->bauds,
        .bauds_count = board->baud_count,
        .memory = board->memory,
        .memory_count = board->memory_count,
        .counter_unit = board->counter_unit,
        .counter_hertz = board->counter_hertz,
        .run = session->run,
        .next_index = session->records.next,
        .training_step = session_training_step(session),
        .checkpoint_generation = session->store.generation,
        .state = session->state,
    };
    memcpy(info.uid, board->uid, SESSION_UID_BYTES);
    return wire_device_info_encode(&info, bytes, capacity);
}

/* What the old connection left behind is sent again by the host. */
static void forget_connection(struct session *session) {
    if (session->is_stepping) {
        sample_queue_clear_behind(&session->samples);
        session->is_orphaned = true;
    } else {
        sample_queue_clear(&session->samples);
    }
    session->is_answer_due = false;
    session->run_ending = false;
    session->output_told = false;
    session->is_keeping = false;
    session->speed.proposed = 0;
}

static void begin_connection(void *context) {
    forget_connection(context);
    session_begin_notices(context);
}

static void lose_connection(void *context) {
    forget_connection(context);
    session_repeat_notices(context);
}

static bool take_message(void *context, uint8_t channel, const uint8_t *bytes, uint32_t count) {
    struct session *session = context;
    (void)channel; /* the identifier says all */
    bool must_wait = session->speed.proposed != 0 || session->is_keeping ||
                     (session->is_stepping && !session_call_is_harmless(bytes, count));
    if (must_wait || !link_has_room(&session->link, session_call_room(bytes, count))) {
        return false;
    }
    session_call(session, bytes, count);
    return true;
}

static bool take_sample(void *context, const uint8_t *bytes, uint32_t count, bool is_first,
                        bool is_last) {
    struct session *session = context;
    return sample_queue_append(&session->samples, bytes, count, is_first, is_last);
}

static uint32_t sample_credit(void *context) {
    const struct session *session = context;
    return session->is_keeping ? 0 : sample_queue_free_bytes(&session->samples);
}

/* The run of a state that was kept is over until its host takes it up again. */
static void restore_kept_state(struct session *session) {
    struct state_place place;
    if (state_store_open(&session->store, session->board->flash, session->model, &place)) {
        session->run = place.run;
        session->state = place.run != 0 ? WIRE_RUN_STATE_ENDED : WIRE_RUN_STATE_IDLE;
        record_ring_clear(&session->records, place.next_index);
    }
}

void session_init(struct session *session, const struct step_model *model,
                  const struct session_board *board, int8_t *slots, uint32_t slot_count,
                  int16_t *targets) {
    assert(model->segment_count > 0 && model->segment_count <= SESSION_SEGMENTS_MAX);
    memset(session, 0, sizeof *session);
    session->model = model;
    session->board = board;
    session->state = WIRE_RUN_STATE_IDLE;
    session->speed.current = board->default_speed;
    sample_queue_init(&session->samples, model->input, model->input_bytes, slots, slot_count,
                      targets, model->target_bytes);
    record_ring_clear(&session->records, 0);
    model->reset(0);
    restore_kept_state(session);
    const struct link_client client = {
        .context = session,
        .identify = identify,
        .connected = begin_connection,
        .disconnected = lose_connection,
        .message = take_message,
        .sample = take_sample,
        .sample_credit = sample_credit,
    };
    link_init(&session->link, client, board->boot_id);
}

void session_receive(struct session *session, const uint8_t *bytes, uint32_t byte_count,
                     uint32_t now) {
    session->now = now;
    link_feed(&session->link, bytes, byte_count, now);
}

/* True when the host would have no way to an output any more, were this sample applied now. */
static bool must_wait(const struct session *session, const struct queued_sample *sample) {
    return session->output_told && sample->head.mode == WIRE_SAMPLE_MODE_TRAIN;
}

/* Runs the oldest sample's step where that has not happened, and answers it. False: not now. */
static bool serve_sample(struct session *session, const struct queued_sample *sample) {
    if (!session->is_answer_due) {
        if (!link_has_room(&session->link, session_sample_room(session, sample)) ||
            must_wait(session, sample)) {
            return false;
        }
        session_run_sample(session, sample);
    }
    /* What was answered during the step may have taken the room. */
    if (session->is_answer_due && !session_answer_step(session, sample)) {
        return false;
    }
    sample_queue_pop(&session->samples);
    session->is_waiting = sample_queue_front(&session->samples) == 0;
    session->waiting_since = session_ticks(session);
    return true;
}

bool session_poll(struct session *session) {
    session_ticks(session);
    if (link_is_idle(&session->link)) {
        session->output_told = false;
        session->notices.unheard = 0;
    }
    session_tell_notices(session);
    if (session->speed.proposed != 0) {
        return false;
    }
    if (session->is_keeping) {
        session_finish_keeping(session);
        return false;
    }
    const struct queued_sample *sample = sample_queue_front(&session->samples);
    if (sample != 0) {
        if (!serve_sample(session, sample)) {
            return false;
        }
    } else if (session->run_ending && link_has_room(&session->link, SESSION_ANSWER_BYTES)) {
        session_finish_ending(session);
    }
    return sample_queue_front(&session->samples) != 0 || session->run_ending;
}

uint32_t session_transmit(struct session *session, uint32_t now, const struct cobs_space *space) {
    session->now = now;
    session_ticks(session); /* a step may take longer than the counter takes to wrap */
    session_keep_speed(session);
    return link_poll(&session->link, now, space);
}

uint64_t session_ticks(struct session *session) {
    session->ticks += (uint32_t)(session->board->ticks() - (uint32_t)session->ticks);
    return session->ticks;
}

uint32_t session_training_step(const struct session *session) {
    struct step_header header;
    memcpy(&header, session->model->segments[0].data, sizeof header);
    return header.step;
}
