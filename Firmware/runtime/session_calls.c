/* Calls on the control, bulk and time channels. Each is idempotent: the host repeats what was not
 * answered when a connection broke. */
#include <string.h>

#include "digest.h"
#include "session_parts.h"

enum { SEGMENT_DATA_MAX_BYTES = 600 }; /* of SEGMENT_DATA's `data` */

static bool run_is_open(const struct session *session) {
    return session->state == WIRE_RUN_STATE_RUNNING;
}

static struct session_fault run_active(const struct session *session) {
    return session_fault(WIRE_ERROR_CODE_RUN_ACTIVE, (uint32_t)session->run);
}

static void answer_run_report(struct session *session) {
    const struct wire_run_report report = {
        .run = session->run,
        .next_index = session->records.next,
        .training_step = session_training_step(session),
        .digest = digest_of_state(session->model),
        .state = session->state,
    };
    struct link_space space = link_space(&session->link);
    link_send_encoded(&session->link, WIRE_CHANNEL_CONTROL,
                      wire_run_report_encode(&report, space.bytes, space.byte_count));
}

/* The run that is open already goes on where it stands, so that a repeat does no harm. */
static struct session_fault begin_run(struct session *session, const uint8_t *bytes,
                                      uint32_t count) {
    struct wire_run_begin begin;
    if (!wire_run_begin_decode(&begin, bytes, count) || begin.run == 0) {
        return session_malformed(WIRE_MESSAGE_RUN_BEGIN);
    }
    if (run_is_open(session)) {
        if (begin.run != session->run || session->run_ending) {
            return run_active(session);
        }
    } else {
        if (begin.flags & RUN_BEGIN_RESETS) {
            session->model->reset(begin.seed);
        }
        session->run = begin.run;
        session->state = WIRE_RUN_STATE_RUNNING;
        record_ring_clear(&session->records, begin.first_index);
        session->is_waiting = true;
        session->waiting_since = session_ticks(session);
    }
    answer_run_report(session);
    return session_no_fault();
}

/* Answered when the samples before it are applied. An end that is repeated is answered again. */
static struct session_fault end_run(struct session *session, const uint8_t *bytes, uint32_t count) {
    struct wire_run_end end;
    if (!wire_run_end_decode(&end, bytes, count)) {
        return session_malformed(WIRE_MESSAGE_RUN_END);
    }
    if (end.run != session->run) {
        return session_fault(WIRE_ERROR_CODE_WRONG_RUN, (uint32_t)session->run);
    }
    if (run_is_open(session)) {
        session->run_ending = true;
    } else {
        answer_run_report(session);
    }
    return session_no_fault();
}

void session_finish_ending(struct session *session) {
    session->run_ending = false;
    session->state = WIRE_RUN_STATE_ENDED;
    answer_run_report(session);
}

static struct session_fault reset_state(struct session *session, const uint8_t *bytes,
                                        uint32_t count) {
    struct wire_reset_state reset;
    if (!wire_reset_state_decode(&reset, bytes, count)) {
        return session_malformed(WIRE_MESSAGE_RESET_STATE);
    }
    if (run_is_open(session)) {
        return run_active(session);
    }
    session->model->reset(reset.seed);
    answer_run_report(session);
    return session_no_fault();
}

static struct session_fault tell_digest(struct session *session) {
    const struct wire_digest_report report = {
        .digest = digest_of_state(session->model),
        .training_step = session_training_step(session),
        .run = session->run,
        .next_index = session->records.next,
    };
    struct link_space space = link_space(&session->link);
    link_send_encoded(&session->link, WIRE_CHANNEL_CONTROL,
                      wire_digest_report_encode(&report, space.bytes, space.byte_count));
    return session_no_fault();
}

static struct session_fault tell_time(struct session *session, const uint8_t *bytes,
                                      uint32_t count) {
    struct wire_time time;
    if (!wire_time_decode(&time, bytes, count)) {
        return session_malformed(WIRE_MESSAGE_TIME);
    }
    const struct wire_time_report report = {
        .host_microseconds = time.host_microseconds,
        .ticks = session_ticks(session),
    };
    struct link_space space = link_space(&session->link);
    link_send_encoded(&session->link, WIRE_CHANNEL_TIME,
                      wire_time_report_encode(&report, space.bytes, space.byte_count));
    return session_no_fault();
}

/* Sets `*bytes` to `offset` of the segment of this kind, whose next `count` bytes exist. */
static struct session_fault find_bytes(const struct session *session, uint8_t kind, uint32_t offset,
                                       uint32_t count, uint8_t **bytes) {
    for (uint32_t i = 0; i < session->model->segment_count; i++) {
        const struct step_segment *segment = &session->model->segments[i];
        if (segment->kind != kind) {
            continue;
        }
        if (offset > segment->byte_count || count > segment->byte_count - offset) {
            return session_fault(WIRE_ERROR_CODE_SEGMENT_RANGE, segment->byte_count);
        }
        *bytes = segment->data + offset;
        return session_no_fault();
    }
    return session_fault(WIRE_ERROR_CODE_SEGMENT_UNKNOWN, kind);
}

static struct session_fault read_segment(struct session *session, const uint8_t *bytes,
                                         uint32_t count) {
    struct wire_segment_read read;
    if (!wire_segment_read_decode(&read, bytes, count)) {
        return session_malformed(WIRE_MESSAGE_SEGMENT_READ);
    }
    uint8_t *source = 0;
    struct session_fault fault =
        find_bytes(session, read.segment, read.offset, read.count, &source);
    if (fault.code != 0) {
        return fault;
    }
    uint32_t data_count = read.count < SEGMENT_DATA_MAX_BYTES ? read.count : SEGMENT_DATA_MAX_BYTES;
    const struct wire_segment_data data = {
        .segment = read.segment,
        .offset = read.offset,
        .data = {source, (uint16_t)data_count},
    };
    struct link_space space = link_space(&session->link);
    link_send_encoded(&session->link, WIRE_CHANNEL_BULK,
                      wire_segment_data_encode(&data, space.bytes, space.byte_count));
    return session_no_fault();
}

static struct session_fault write_segment(struct session *session, const uint8_t *bytes,
                                          uint32_t count) {
    struct wire_segment_write write;
    if (!wire_segment_write_decode(&write, bytes, count)) {
        return session_malformed(WIRE_MESSAGE_SEGMENT_WRITE);
    }
    if (run_is_open(session)) {
        return run_active(session);
    }
    uint8_t *destination = 0;
    struct session_fault fault =
        find_bytes(session, write.segment, write.offset, write.data.count, &destination);
    if (fault.code != 0) {
        return fault;
    }
    memcpy(destination, write.data.data, write.data.count);
    const struct wire_segment_written written = {
        .segment = write.segment,
        .offset = write.offset,
        .count = write.data.count,
    };
    struct link_space space = link_space(&session->link);
    link_send_encoded(&session->link, WIRE_CHANNEL_BULK,
                      wire_segment_written_encode(&written, space.bytes, space.byte_count));
    return session_no_fault();
}

static struct session_fault carry_out(struct session *session, const uint8_t *bytes,
                                      uint32_t count) {
    switch (bytes[0]) {
    case WIRE_MESSAGE_RUN_BEGIN:
        return begin_run(session, bytes, count);
    case WIRE_MESSAGE_RUN_END:
        return end_run(session, bytes, count);
    case WIRE_MESSAGE_RESET_STATE:
        return reset_state(session, bytes, count);
    case WIRE_MESSAGE_DIGEST:
        return tell_digest(session);
    case WIRE_MESSAGE_TIME:
        return tell_time(session, bytes, count);
    case WIRE_MESSAGE_SEGMENT_READ:
        return read_segment(session, bytes, count);
    case WIRE_MESSAGE_SEGMENT_WRITE:
        return write_segment(session, bytes, count);
    case WIRE_MESSAGE_LINK_TEST:
        return session_test_line(session, bytes, count);
    case WIRE_MESSAGE_LINK_COUNTERS:
        return session_tell_counters(session);
    case WIRE_MESSAGE_STATE_KEEP:
        return session_keep_state(session, bytes, count);
    case WIRE_MESSAGE_SPEED_PROPOSE:
        return session_propose_speed(session, bytes, count);
    case WIRE_MESSAGE_SPEED_COMMIT:
        return session_commit_speed(session, bytes, count);
    default:
        return session_fault(WIRE_ERROR_CODE_UNKNOWN_MESSAGE, bytes[0]);
    }
}

bool session_call_is_harmless(const uint8_t *bytes, uint32_t byte_count) {
    switch (byte_count > 0 ? bytes[0] : 0) {
    case WIRE_MESSAGE_TIME:
    case WIRE_MESSAGE_LINK_TEST:
    case WIRE_MESSAGE_LINK_COUNTERS:
        return true;
    default:
        return false;
    }
}

uint32_t session_call_room(const uint8_t *bytes, uint32_t byte_count) {
    switch (byte_count > 0 ? bytes[0] : 0) {
    case WIRE_MESSAGE_SEGMENT_READ:
        return WIRE_SEGMENT_DATA_MAX_BYTES;
    case WIRE_MESSAGE_LINK_TEST:
        return WIRE_LINK_TEST_REPORT_MAX_BYTES;
    default:
        return SESSION_ANSWER_BYTES;
    }
}

void session_call(struct session *session, const uint8_t *bytes, uint32_t byte_count) {
    struct session_fault fault = byte_count > 0
                                     ? carry_out(session, bytes, byte_count)
                                     : session_fault(WIRE_ERROR_CODE_MALFORMED_MESSAGE, 0);
    if (fault.code != 0) {
        session_answer_fault(session, fault);
    }
}
