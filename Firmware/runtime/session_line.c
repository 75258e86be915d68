/* Calls about the line itself: what it carries and what it lost. */
#include "session_parts.h"

struct session_fault session_test_line(struct session *session, const uint8_t *bytes,
                                       uint32_t count) {
    struct wire_link_test test;
    if (!wire_link_test_decode(&test, bytes, count)) {
        return session_malformed(WIRE_MESSAGE_LINK_TEST);
    }
    uint32_t pattern_bytes = test.answer_bytes < SESSION_PATTERN_MAX_BYTES
                                 ? test.answer_bytes
                                 : SESSION_PATTERN_MAX_BYTES;
    /* The pattern is made where it is sent from. */
    struct link_space space = link_space(&session->link);
    uint8_t *pattern = space.bytes + (WIRE_LINK_TEST_REPORT_MAX_BYTES - SESSION_PATTERN_MAX_BYTES);
    for (uint32_t i = 0; i < pattern_bytes; i++) {
        pattern[i] = (uint8_t)(167u * (test.number + i) + 13u);
    }
    const struct wire_link_test_report report = {
        .number = test.number,
        .received_bytes = test.pattern.count,
        .pattern = {pattern, (uint16_t)pattern_bytes},
    };
    link_send_encoded(&session->link, WIRE_CHANNEL_BULK,
                      wire_link_test_report_encode(&report, space.bytes, space.byte_count));
    return session_no_fault();
}

struct session_fault session_tell_counters(struct session *session) {
    const struct link_counters *counters = &session->link.counters;
    const struct session_line_errors errors = session->board->line_errors();
    uint32_t damaged = 0;
    for (uint32_t event = FRAME_GOOD + 1; event < FRAME_EVENT_COUNT; event++) {
        damaged += counters->damaged[event];
    }
    const struct wire_link_counters_report report = {
        .frames_received = counters->frames_received,
        .frames_sent = counters->frames_sent,
        .frames_resent = counters->frames_resent,
        .timeouts = counters->timeouts,
        .duplicates = counters->duplicates,
        .refused = counters->refused,
        .damaged = damaged,
        .malformed = counters->malformed,
        .bytes_dropped = errors.dropped,
        .overruns = errors.overruns,
        .framing_errors = errors.framing,
        .noise_errors = errors.noise,
    };
    struct link_space space = link_space(&session->link);
    link_send_encoded(&session->link, WIRE_CHANNEL_CONTROL,
                      wire_link_counters_report_encode(&report, space.bytes, space.byte_count));
    return session_no_fault();
}
