#include "link_receiver.h"

#include <string.h>

#include "link_sender.h"

void link_receiver_start(struct link_receiver *receiver) {
    memset(receiver, 0, sizeof *receiver);
}

uint64_t link_receiver_selective(const struct link_receiver *receiver) {
    return receiver->early_map >> 1;
}

static bool deliver_sample(struct link *link, const struct link_early *part, const uint8_t *body) {
    struct link_receiver *receiver = &link->receiver;
    if (!part->is_first && !receiver->sample_is_open) {
        link->counters.malformed++;
        return true;
    }
    if (!link->client.sample(link->client.context, body, part->body_count, part->is_first,
                             part->is_last)) {
        return false;
    }
    receiver->sample_is_open = !part->is_last;
    return true;
}

/* The longest message of the bulk channel. */
enum { BULK_BYTES = WIRE_LINK_TEST_MAX_BYTES };
_Static_assert(WIRE_SEGMENT_WRITE_MAX_BYTES <= BULK_BYTES, "a write does not fit where it is assembled");
_Static_assert(BULK_BYTES + WIRE_OUTPUT_MAX_BYTES <= LINK_SEND_BYTES &&
                   BULK_BYTES + WIRE_LINK_TEST_REPORT_MAX_BYTES <= LINK_SEND_BYTES &&
                   BULK_BYTES + WIRE_SEGMENT_DATA_MAX_BYTES <= LINK_SEND_BYTES,
               "an answer that finds no room beside an assembled message would never be given");

/* Adds a fragment to a message, and delivers the message when it is the last. */
static bool assemble(struct link *link, struct link_assembly *assembly, uint8_t *bytes,
                     uint32_t capacity, const struct link_early *part, const uint8_t *body) {
    if (part->is_first) {
        *assembly = (struct link_assembly){.channel = part->channel, .is_open = true};
    }
    uint32_t total = (uint32_t)assembly->count + part->body_count;
    if (!assembly->is_open || assembly->channel != part->channel || total > capacity) {
        assembly->is_open = false;
        link->counters.malformed++;
        return true;
    }
    memcpy(bytes + assembly->count, body, part->body_count);
    if (!part->is_last) {
        assembly->count = (uint16_t)total;
        return true;
    }
    if (!link->client.message(link->client.context, part->channel, bytes, total)) {
        return false;
    }
    assembly->is_open = false;
    return true;
}

/* The same of the bulk channel, in room that the sender lends: not now, where it has none. */
static bool assemble_bulk(struct link *link, const struct link_early *part, const uint8_t *body) {
    struct link_assembly *bulk = &link->receiver.bulk;
    uint8_t *bytes = link_sender_lend(&link->sender, BULK_BYTES);
    if (bytes == 0) {
        return false;
    }
    bool is_taken = assemble(link, bulk, bytes, BULK_BYTES, part, body);
    if (!bulk->is_open) {
        link_sender_lend(&link->sender, 0);
    }
    return is_taken;
}

/* False when the session cannot take it now. */
static bool deliver(struct link *link, const struct link_early *part, const uint8_t *body) {
    struct link_receiver *receiver = &link->receiver;
    if (part->channel == WIRE_CHANNEL_SAMPLES) {
        return deliver_sample(link, part, body);
    }
    if (part->is_first && part->is_last) {
        return link->client.message(link->client.context, part->channel, body, part->body_count);
    }
    if (part->channel == WIRE_CHANNEL_BULK) {
        return assemble_bulk(link, part, body);
    }
    return assemble(link, &receiver->control, receiver->control_bytes,
                    sizeof receiver->control_bytes, part, body);
}

/* Keeps a frame for later. False when there is no room: it will be sent again. */
static bool keep(struct link *link, const struct link_early *part, const uint8_t *body) {
    struct link_receiver *receiver = &link->receiver;
    uint32_t needed = (uint32_t)sizeof *part + part->body_count;
    if (needed > (uint32_t)(LINK_EARLY_BYTES - receiver->early_bytes)) {
        link->counters.refused++;
        return false;
    }
    uint8_t *end = receiver->early + receiver->early_bytes;
    memcpy(end, part, sizeof *part);
    memcpy(end + sizeof *part, body, part->body_count);
    receiver->early_bytes = (uint16_t)(receiver->early_bytes + needed);
    return true;
}

/* Where the frame `sequence` begins in `early`. Only called for one that is there. */
static uint32_t find(const struct link_receiver *receiver, uint16_t sequence,
                     struct link_early *part) {
    uint32_t offset = 0;
    memcpy(part, receiver->early, sizeof *part);
    while (part->sequence != sequence) {
        offset += (uint32_t)sizeof *part + part->body_count;
        memcpy(part, receiver->early + offset, sizeof *part);
    }
    return offset;
}

static uint16_t sample_bytes(const struct link_early *part) {
    return part->channel == WIRE_CHANNEL_SAMPLES ? part->body_count : 0;
}

/* The frame `expected`, which is in `early`, waits for the session from now on. */
static void hold(struct link_receiver *receiver, const struct link_early *part) {
    receiver->held++;
    receiver->held_sample_bytes = (uint16_t)(receiver->held_sample_bytes + sample_bytes(part));
}

static void advance(struct link_receiver *receiver) {
    receiver->expected++;
    receiver->early_map >>= 1;
    while ((receiver->early_map & 1) != 0) {
        struct link_early part;
        find(receiver, receiver->expected, &part);
        hold(receiver, &part);
        receiver->expected++;
        receiver->early_map >>= 1;
    }
}

void link_receiver_deliver_held(struct link *link) {
    struct link_receiver *receiver = &link->receiver;
    while (receiver->held > 0) {
        struct link_early part;
        uint32_t offset = find(receiver, (uint16_t)(receiver->expected - receiver->held), &part);
        if (!deliver(link, &part, receiver->early + offset + sizeof part)) {
            return;
        }
        uint32_t taken = (uint32_t)sizeof part + part.body_count;
        uint32_t behind = receiver->early_bytes - offset - taken;
        memmove(receiver->early + offset, receiver->early + offset + taken, behind);
        receiver->early_bytes = (uint16_t)(receiver->early_bytes - taken);
        receiver->held--;
        receiver->held_sample_bytes = (uint16_t)(receiver->held_sample_bytes - sample_bytes(&part));
    }
}

void link_receiver_take(struct link *link) {
    struct link_receiver *receiver = &link->receiver;
    const struct frame_header *header = &link->decoder.header;
    struct link_early part = {.sequence = header->sequence,
                              .body_count = link->decoder.body_count,
                              .channel = header->channel,
                              .is_first = header->is_first,
                              .is_last = header->is_last};
    receiver->owes_ack = true;
    uint16_t distance = (uint16_t)(header->sequence - receiver->expected);
    if (distance >= WIRE_WINDOW_FRAMES || (receiver->early_map >> distance & 1) != 0) {
        link->counters.duplicates++;
        return;
    }
    if (distance > 0) {
        if (keep(link, &part, link->decoder.body)) {
            receiver->early_map |= UINT64_C(1) << distance;
        }
        return;
    }
    if (receiver->held > 0 || !deliver(link, &part, link->decoder.body)) {
        if (!keep(link, &part, link->decoder.body)) {
            return;
        }
        hold(receiver, &part);
    }
    advance(receiver);
    link_receiver_deliver_held(link);
}
