/* STATE_KEEP: the training state goes to where it outlives a power loss.
 *
 * Writing flash takes seconds in which nothing is heard, so the host is told first: PAUSE goes out,
 * with no credit, and the writing begins once it is acknowledged and the line is quiet. */
#include "session_parts.h"

static struct state_place place_of(const struct session *session) {
    return (struct state_place){.run = session->run, .next_index = session->records.next};
}

static void answer(struct session *session, enum wire_keep_result result, uint32_t milliseconds) {
    const struct wire_state_kept kept = {
        .generation = session->store.generation,
        .milliseconds = milliseconds,
        .result = (uint8_t)result,
    };
    struct link_space space = link_space(&session->link);
    link_send_encoded(&session->link, WIRE_CHANNEL_CONTROL,
                      wire_state_kept_encode(&kept, space.bytes, space.byte_count));
}

static void tell_pause(struct session *session) {
    const struct wire_pause pause = {
        .milliseconds = state_store_milliseconds(&session->store, session->model),
        .reason = WIRE_PAUSE_REASON_FLASH_ERASE,
    };
    struct link_space space = link_space(&session->link);
    link_send_encoded(&session->link, WIRE_CHANNEL_CONTROL,
                      wire_pause_encode(&pause, space.bytes, space.byte_count));
}

struct session_fault session_keep_state(struct session *session, const uint8_t *bytes,
                                        uint32_t count) {
    struct wire_state_keep keep;
    if (!wire_state_keep_decode(&keep, bytes, count)) {
        return session_malformed(WIRE_MESSAGE_STATE_KEEP);
    }
    const struct state_store *store = &session->store;
    if (store->flash == 0) {
        answer(session, WIRE_KEEP_RESULT_NO_STORE, 0);
    } else if (!state_store_fits(store, session->model)) {
        answer(session, WIRE_KEEP_RESULT_TOO_LARGE, 0);
    } else if (state_store_holds(store, session->model, place_of(session))) {
        answer(session, WIRE_KEEP_RESULT_KEPT, 0);
    } else {
        session->is_keeping = true;
        tell_pause(session);
    }
    return session_no_fault();
}

void session_finish_keeping(struct session *session) {
    const struct session_board *board = session->board;
    if (!link_is_idle(&session->link) || !board->is_drained()) {
        return;
    }
    uint32_t begun = board->ticks();
    bool is_kept = state_store_keep(&session->store, session->model, place_of(session));
    uint32_t milliseconds = (board->ticks() - begun) / (board->counter_hertz / 1000u);
    session->is_keeping = false;
    answer(session, is_kept ? WIRE_KEEP_RESULT_KEPT : WIRE_KEEP_RESULT_FLASH_FAULT, milliseconds);
}
