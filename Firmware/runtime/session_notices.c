#include "session_parts.h"

enum { NOTICE_INTERVAL_MILLISECONDS = 1000 };

/* Changes with what this kind has to tell; 0 when it has nothing. */
static uint32_t news(const struct session *session, enum session_notice notice,
                     const struct session_line_errors *errors) {
    switch (notice) {
    case NOTICE_CRASH:
        return session->board->crash != 0 ? session->board->crash->kind : 0u;
    case NOTICE_CRASH_REGISTERS:
        return session->board->crash_registers != 0;
    case NOTICE_CLOCK:
        return session->board->clock_event;
    case NOTICE_BYTES_DROPPED:
        return errors->dropped;
    case NOTICE_LINE_ERRORS:
        return errors->overruns + errors->framing + errors->noise;
    case NOTICE_SPEED_FELL_BACK:
        return session->speed.fall_backs;
    case NOTICE_MESSAGES_DROPPED:
        return session->link.counters.dropped;
    case NOTICE_COUNT:
        break;
    }
    return 0;
}

/* Sentence and numbers of a notice, the crash aside. */
static struct wire_log log_of(const struct session *session, enum session_notice notice,
                              const struct session_line_errors *errors) {
    struct wire_log log = {.level = WIRE_LOG_LEVEL_WARNING, .milliseconds = session->now};
    switch (notice) {
    case NOTICE_CLOCK:
        log.event = session->board->clock_event;
        log.first = session->board->counter_hertz;
        break;
    case NOTICE_BYTES_DROPPED:
        log.event = WIRE_LOG_EVENT_BYTES_DROPPED;
        log.first = errors->dropped;
        break;
    case NOTICE_LINE_ERRORS:
        log.event = WIRE_LOG_EVENT_LINE_ERRORS;
        log.first = errors->overruns;
        log.second = errors->framing + errors->noise;
        break;
    case NOTICE_SPEED_FELL_BACK:
        log.event = WIRE_LOG_EVENT_SPEED_FELL_BACK;
        log.first = session->speed.given_up;
        log.second = session->speed.current;
        break;
    case NOTICE_MESSAGES_DROPPED:
        log.level = WIRE_LOG_LEVEL_ERROR;
        log.event = WIRE_LOG_EVENT_MESSAGES_DROPPED;
        log.first = session->link.counters.dropped;
        break;
    case NOTICE_CRASH:
    case NOTICE_CRASH_REGISTERS:
    case NOTICE_COUNT:
        break;
    }
    return log;
}

/* False when a crash, which must not be dropped, finds no room. */
static bool tell(struct session *session, enum session_notice notice,
                 const struct session_line_errors *errors) {
    if (notice == NOTICE_CRASH) {
        uint8_t crash[WIRE_CRASH_REPORT_MAX_BYTES];
        uint32_t count = wire_crash_report_encode(session->board->crash, crash, sizeof crash);
        return link_send(&session->link, WIRE_CHANNEL_CONTROL, crash, count);
    }
    if (notice == NOTICE_CRASH_REGISTERS) {
        uint8_t registers[WIRE_CRASH_REGISTERS_MAX_BYTES];
        uint32_t count = wire_crash_registers_encode(session->board->crash_registers, registers,
                                                     sizeof registers);
        return link_send(&session->link, WIRE_CHANNEL_CONTROL, registers, count);
    }
    const struct wire_log log = log_of(session, notice, errors);
    uint8_t bytes[WIRE_LOG_MAX_BYTES];
    link_post(&session->link, WIRE_CHANNEL_LOG, bytes, wire_log_encode(&log, bytes, sizeof bytes));
    return true;
}

void session_tell_notices(struct session *session) {
    struct session_notices *notices = &session->notices;
    if (!link_is_connected(&session->link) ||
        session->now - notices->told_at < NOTICE_INTERVAL_MILLISECONDS) {
        return;
    }
    const struct session_line_errors errors = session->board->line_errors();
    for (uint32_t notice = 0; notice < NOTICE_COUNT; notice++) {
        uint32_t value = news(session, (enum session_notice)notice, &errors);
        if (value != notices->told[notice] &&
            (value == 0 || tell(session, (enum session_notice)notice, &errors))) {
            notices->told[notice] = value;
            notices->told_at = session->now;
            notices->unheard |= (uint8_t)(1u << notice);
        }
    }
}

void session_begin_notices(struct session *session) {
    session->notices.told_at = session->now - NOTICE_INTERVAL_MILLISECONDS;
}

void session_repeat_notices(struct session *session) {
    struct session_notices *notices = &session->notices;
    for (uint32_t notice = 0; notice < NOTICE_COUNT; notice++) {
        if ((notices->unheard >> notice & 1u) != 0) {
            notices->told[notice] = 0;
        }
    }
    notices->unheard = 0;
}
