#include "link_sender.h"

#include <assert.h>
#include <string.h>

enum {
    FIRST_TIMEOUT_MS = 100, /* before a round trip was measured */
    LEAST_TIMEOUT_MS = 20,
    MOST_TIMEOUT_MS = 500,
    SLACK_MS = 10, /* of the clocks, and of a host that is scheduled late */
    MOST_BACKOFF = 3,
    MOST_TRANSMISSIONS = 15, /* as its field can count */
    MOST_EXPIRATIONS = 31,
    EXPIRED_BYTES = 128, /* what the timer sends again, in bytes of bodies; one frame at least */
};

/* Sources/WireProtocol/FragmentSize.swift says where these numbers come from. */
enum {
    FRAGMENT_MEMORY_BYTES = 16384,
    FRAGMENT_OVERHEAD = FRAME_OVERHEAD_BYTES + 2,
    FRAGMENT_FIRST_BYTES = 128,
    FRAGMENT_LOST = 16,
};

void fragment_size_start(struct fragment_size *size) {
    *size = (struct fragment_size){.sent_bytes = FRAGMENT_FIRST_BYTES, .lost = FRAGMENT_LOST};
}

static void fragment_size_learn(struct fragment_size *size, uint32_t body_count, uint32_t lost) {
    size->lost += lost;
    size->sent_bytes = (uint16_t)(size->sent_bytes + frame_wire_bytes(body_count));
    if (size->sent_bytes > FRAGMENT_MEMORY_BYTES) {
        size->sent_bytes /= 2;
        size->lost /= 2;
    }
}

static uint32_t square_root(uint32_t square) {
    uint32_t root = 0;
    for (uint32_t bit = 1u << 15; bit != 0; bit >>= 1) {
        if ((root | bit) * (root | bit) <= square) {
            root |= bit;
        }
    }
    return root;
}

static uint32_t fragment_bytes(const struct fragment_size *size) {
    if (size->lost == 0) {
        return size->maximum;
    }
    uint32_t sent_bytes = size->sent_bytes;
    uint32_t square = sent_bytes * FRAGMENT_OVERHEAD * FRAGMENT_LOST / size->lost +
                      FRAGMENT_OVERHEAD * FRAGMENT_OVERHEAD / 16;
    uint32_t root = square_root(square);
    uint32_t least = WIRE_MINIMUM_FRAGMENT_BYTES + 3 * FRAGMENT_OVERHEAD / 4;
    uint32_t best = (root < least ? least : root) - 3 * FRAGMENT_OVERHEAD / 4;
    return best < size->maximum ? best : size->maximum;
}

void link_sender_start(struct link_sender *sender, uint16_t mtu) {
    struct fragment_size fragments = sender->fragments;
    memset(sender, 0, sizeof *sender);
    fragments.maximum = mtu < WIRE_MAXIMUM_BODY_BYTES ? mtu : WIRE_MAXIMUM_BODY_BYTES;
    sender->fragments = fragments;
    sender->shortest = UINT32_MAX;
    sender->body_limit = LINK_SEND_BYTES;
}

bool link_sender_has_room(const struct link_sender *sender, uint32_t count) {
    return sender->count + LINK_ROOM_MESSAGES <= LINK_SEND_MESSAGES &&
           count <= (uint32_t)(sender->body_limit - sender->body_bytes);
}

uint8_t *link_sender_lend(struct link_sender *sender, uint32_t count) {
    if (sender->body_bytes + count > LINK_SEND_BYTES) {
        return 0;
    }
    sender->body_limit = (uint16_t)(LINK_SEND_BYTES - count);
    return sender->bodies + sender->body_limit;
}

void link_sender_queue(struct link_sender *sender, uint8_t channel, uint32_t count) {
    assert(count > 0 && link_sender_has_room(sender, count));
    sender->body_bytes = (uint16_t)(sender->body_bytes + count);
    sender->frames[sender->count++] = (struct link_outgoing){
        .body_count = (uint16_t)count, .channel = channel & 7u, .is_first = true, .is_last = true};
}

/* Jacobson and Karels, 1988: gains of 1/8 and 1/4. */
static void measure(struct link_sender *sender, uint32_t round_trip) {
    if (round_trip < sender->shortest) {
        sender->shortest = round_trip;
    }
    if (sender->smoothed == 0) {
        sender->smoothed = 8 * round_trip + 1;
        sender->deviation = 2 * round_trip;
        return;
    }
    uint32_t smoothed = sender->smoothed / 8;
    uint32_t distance = round_trip > smoothed ? round_trip - smoothed : smoothed - round_trip;
    sender->deviation += distance - sender->deviation / 4;
    sender->smoothed += round_trip - smoothed;
}

static uint32_t timeout(const struct link_sender *sender) {
    uint32_t base = FIRST_TIMEOUT_MS;
    if (sender->smoothed != 0) {
        base = sender->smoothed / 8 + sender->deviation + SLACK_MS;
    }
    base = base < LEAST_TIMEOUT_MS ? LEAST_TIMEOUT_MS : base;
    base = base > MOST_TIMEOUT_MS ? MOST_TIMEOUT_MS : base;
    base <<= sender->backoff;
    return base > MOST_TIMEOUT_MS ? MOST_TIMEOUT_MS : base;
}

/* A frame has arrived for the first time that we hear of. An answer that comes sooner than the
 * shortest round trip after a resend answers the transmission before it. */
static void arrived(struct link_sender *sender, struct link_outgoing *frame, uint32_t now) {
    frame->is_acknowledged = true;
    frame->is_lost = false;
    uint32_t elapsed = (uint16_t)(now - frame->sent_at);
    fragment_size_learn(&sender->fragments, frame->body_count, 0);
    if (frame->transmissions == 1) {
        measure(sender, elapsed);
    } else if (elapsed < sender->shortest) {
        return;
    }
    for (uint32_t i = 0; i < frame->expirations; i++) {
        fragment_size_learn(&sender->fragments, frame->body_count, FRAGMENT_LOST);
    }
    uint16_t heard = (uint16_t)(frame->order + 1u);
    if ((int16_t)(heard - sender->heard_order) > 0) {
        sender->heard_order = heard;
    }
}

static void drop_front(struct link_sender *sender, uint16_t count) {
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        bytes += sender->frames[i].body_count;
    }
    sender->base = (uint16_t)(sender->base + count);
    sender->count = (uint16_t)(sender->count - count);
    sender->sent = (uint16_t)(sender->sent - count);
    sender->body_bytes = (uint16_t)(sender->body_bytes - bytes);
    memmove(sender->frames, sender->frames + count, sender->count * sizeof sender->frames[0]);
    memmove(sender->bodies, sender->bodies + bytes, sender->body_bytes);
}

void link_sender_acknowledge(struct link_sender *sender, uint16_t acknowledged, uint64_t selective,
                             uint32_t now) {
    sender->heard_at = now;
    if (sender->backoff > 1) {
        sender->backoff = 1; /* the host is there: waiting longer mends no loss */
    }
    uint16_t advance = (uint16_t)(acknowledged - sender->base);
    if (advance > sender->sent) {
        return;
    }
    bool has_progress = false;
    for (uint32_t i = 0; i < sender->sent; i++) {
        struct link_outgoing *frame = &sender->frames[i];
        bool is_named = i < advance;
        if (i > advance && i - advance <= 64) {
            is_named = (selective >> (i - advance - 1) & 1) != 0;
        }
        if (is_named && !frame->is_acknowledged) {
            arrived(sender, frame, now);
            has_progress = true;
        }
    }
    drop_front(sender, advance);
    if (!has_progress) {
        return;
    }
    sender->waiting_since = now;
    sender->backoff = 0;
    for (uint32_t i = 0; i < sender->sent; i++) {
        struct link_outgoing *frame = &sender->frames[i];
        bool is_overtaken = (int16_t)(frame->order - sender->heard_order) < 0;
        if (is_overtaken && !frame->is_acknowledged && !frame->is_lost) {
            frame->is_lost = true;
            fragment_size_learn(&sender->fragments, frame->body_count, FRAGMENT_LOST);
        }
    }
}

static void give_up(struct link_sender *sender, struct link_outgoing *frame, uint32_t now) {
    frame->is_lost = true;
    uint32_t sent_ago = (uint16_t)(now - frame->sent_at);
    if (now - sender->heard_at < sent_ago) {
        fragment_size_learn(&sender->fragments, frame->body_count, FRAGMENT_LOST);
    } else if (frame->expirations < MOST_EXPIRATIONS) {
        frame->expirations++;
    }
}

bool link_sender_is_stuck(const struct link_sender *sender) {
    uint32_t longest = 4 * fragment_bytes(&sender->fragments);
    for (uint32_t i = 0; i < sender->sent; i++) {
        const struct link_outgoing *frame = &sender->frames[i];
        if (frame->transmissions >= 8 && frame->body_count > longest && !frame->is_acknowledged) {
            return true;
        }
    }
    return false;
}

/* The frame that waits longest in front of one that has arrived, where that is longer than an answer
 * takes as a rule; -1 for none. */
static int32_t find_overdue(const struct link_sender *sender, uint32_t now) {
    uint32_t usual = sender->smoothed / 8 + sender->deviation / 2 + 1;
    uint32_t longest = usual;
    int32_t oldest = -1;
    int32_t overdue = -1;
    for (uint32_t i = 0; i < sender->sent && sender->smoothed != 0; i++) {
        uint32_t sent_ago = (uint16_t)(now - sender->frames[i].sent_at);
        if (sender->frames[i].is_acknowledged) {
            overdue = oldest;
        } else if (sent_ago >= longest) {
            longest = sent_ago + 1;
            oldest = (int32_t)i;
        }
    }
    return overdue;
}

bool link_sender_expire(struct link_sender *sender, uint32_t now) {
    for (uint32_t i = 0; i < sender->sent; i++) {
        if (sender->frames[i].is_lost) {
            return false;
        }
    }
    if (sender->sent == 0 || now - sender->waiting_since < timeout(sender)) {
        return false;
    }
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < sender->sent && bytes < EXPIRED_BYTES; i++) {
        if (!sender->frames[i].is_acknowledged) {
            bytes += sender->frames[i].body_count;
            give_up(sender, &sender->frames[i], now);
        }
    }
    sender->waiting_since = now;
    if (sender->backoff < MOST_BACKOFF) {
        sender->backoff++;
    }
    return true;
}

int32_t link_sender_next(struct link_sender *sender, uint32_t now) {
    for (uint32_t i = 0; i < sender->sent; i++) {
        if (sender->frames[i].is_lost) {
            return (int32_t)i;
        }
    }
    if (sender->sent < sender->count && sender->count < LINK_SEND_FRAMES) {
        return (int32_t)sender->sent;
    }
    int32_t overdue = find_overdue(sender, now);
    if (overdue >= 0) {
        give_up(sender, &sender->frames[overdue], now);
    }
    return overdue;
}

uint32_t link_sender_body_bytes(const struct link_sender *sender, uint32_t index) {
    uint32_t whole = sender->frames[index].body_count;
    if (index < sender->sent) {
        return whole;
    }
    uint32_t limit = fragment_bytes(&sender->fragments);
    return whole < limit ? whole : limit;
}

void link_sender_cut(struct link_sender *sender, uint32_t index) {
    uint32_t body_bytes = link_sender_body_bytes(sender, index);
    struct link_outgoing *frame = &sender->frames[index];
    if (body_bytes == frame->body_count) {
        return;
    }
    memmove(frame + 1, frame, (sender->count - index) * sizeof *frame);
    sender->count++;
    frame[0].body_count = (uint16_t)body_bytes;
    frame[0].is_last = false;
    frame[1].body_count = (uint16_t)(frame[1].body_count - body_bytes);
    frame[1].is_first = false;
}

const uint8_t *link_sender_body(const struct link_sender *sender, uint32_t index) {
    const uint8_t *body = sender->bodies;
    for (uint32_t i = 0; i < index; i++) {
        body += sender->frames[i].body_count;
    }
    return body;
}

void link_sender_transmitted(struct link_sender *sender, uint32_t index, uint32_t now) {
    bool was_quiet = true;
    for (uint32_t i = 0; i < sender->sent; i++) {
        was_quiet = was_quiet && sender->frames[i].is_acknowledged;
    }
    if (was_quiet) {
        sender->waiting_since = now;
    }
    struct link_outgoing *frame = &sender->frames[index];
    frame->is_lost = false;
    frame->sent_at = (uint16_t)now;
    frame->order = sender->order++;
    if (frame->transmissions < MOST_TRANSMISSIONS) {
        frame->transmissions++;
    }
    if (index == sender->sent) {
        sender->sent++;
    }
}
