#include "session_parts.h"

static bool can_be_set_to(const struct session_board *board, uint32_t speed) {
    for (uint32_t i = 0; i < board->baud_count; i++) {
        if (board->bauds[i].bits_per_second == speed) {
            return true;
        }
    }
    return false;
}

static void answer(struct session *session, uint32_t speed, enum wire_speed_state state) {
    const struct wire_speed_report report = {.bits_per_second = speed, .state = (uint8_t)state};
    struct link_space space = link_space(&session->link);
    link_send_encoded(&session->link, WIRE_CHANNEL_CONTROL,
                      wire_speed_report_encode(&report, space.bytes, space.byte_count));
}

struct session_fault session_propose_speed(struct session *session, const uint8_t *bytes,
                                           uint32_t count) {
    struct wire_speed_propose propose;
    if (!wire_speed_propose_decode(&propose, bytes, count)) {
        return session_malformed(WIRE_MESSAGE_SPEED_PROPOSE);
    }
    struct session_speed *speed = &session->speed;
    if (speed->current == 0 || !can_be_set_to(session->board, propose.bits_per_second)) {
        answer(session, propose.bits_per_second, WIRE_SPEED_STATE_REFUSED);
        return session_no_fault();
    }
    answer(session, propose.bits_per_second, WIRE_SPEED_STATE_TESTING);
    speed->proposed = propose.bits_per_second;
    speed->since = session->now;
    if (!speed->is_tested) {
        speed->former = speed->current;
    }
    return session_no_fault();
}

struct session_fault session_commit_speed(struct session *session, const uint8_t *bytes,
                                          uint32_t count) {
    struct wire_speed_commit commit;
    if (!wire_speed_commit_decode(&commit, bytes, count)) {
        return session_malformed(WIRE_MESSAGE_SPEED_COMMIT);
    }
    struct session_speed *speed = &session->speed;
    bool is_current = speed->current != 0 && commit.bits_per_second == speed->current;
    if (is_current) {
        speed->is_tested = false;
        speed->since = session->now;
    }
    answer(session, commit.bits_per_second,
           is_current ? WIRE_SPEED_STATE_COMMITTED : WIRE_SPEED_STATE_REFUSED);
    return session_no_fault();
}

static void change(struct session *session, uint32_t to, bool is_tested) {
    struct session_speed *speed = &session->speed;
    if (to != speed->current) {
        session->board->set_speed(to);
    }
    speed->current = to;
    speed->is_tested = is_tested;
    speed->proposed = 0;
    speed->since = session->now;
}

static void fall_back(struct session *session, uint32_t to) {
    struct session_speed *speed = &session->speed;
    if (to != speed->current) {
        speed->given_up = speed->current;
        speed->fall_backs++;
    }
    change(session, to, false);
}

void session_keep_speed(struct session *session) {
    const struct session_board *board = session->board;
    struct session_speed *speed = &session->speed;
    uint32_t passed = session->now - speed->since;
    if (speed->proposed != 0 && link_is_idle(&session->link) && board->is_drained()) {
        change(session, speed->proposed, true);
    } else if ((speed->proposed != 0 || speed->is_tested) &&
               passed >= WIRE_SPEED_TEST_MILLISECONDS) {
        fall_back(session, speed->former);
    } else if (speed->current != board->default_speed &&
               passed >= WIRE_SPEED_SILENCE_MILLISECONDS &&
               session->now - link_heard_at(&session->link) >= WIRE_SPEED_SILENCE_MILLISECONDS) {
        fall_back(session, board->default_speed);
    }
}
