#include "link.h"

#include <string.h>

#include "crc32c.h"
#include "link_receiver.h"
#include "link_sender.h"

_Static_assert(sizeof(void *) > 4 || sizeof(struct link) <= LINK_BUFFER_BYTES,
               "the link's share of SRAM is exceeded");
static uint8_t epoch(const struct link *link) {
    return link->attempt & 15u;
}

void link_init(struct link *link, struct link_client client, uint32_t boot_id) {
    memset(link, 0, sizeof *link);
    link->client = client;
    link->boot_id = boot_id;
    frame_decoder_start(&link->decoder);
    fragment_size_start(&link->sender.fragments);
    link_sender_start(&link->sender, WIRE_MAXIMUM_BODY_BYTES);
    link_receiver_start(&link->receiver);
}

bool link_is_connected(const struct link *link) {
    return link->is_connected;
}

uint32_t link_heard_at(const struct link *link) {
    return link->heard_at;
}

bool link_is_idle(const struct link *link) {
    return link->sender.count == 0;
}

/* A frame of another connection, however late it comes, fits none of ours. Numbers that differ in few
 * bits never give the same key. */
static uint32_t connection_key(const struct link *link) {
    uint8_t bytes[20];
    memcpy(bytes, &link->session, 8);
    memcpy(bytes + 8, &link->attempt, 4);
    memcpy(bytes + 12, &link->boot_id, 4);
    memcpy(bytes + 16, &link->connection, 4);
    return crc32c(bytes, sizeof bytes);
}

static void disconnect(struct link *link) {
    if (link->is_connected) {
        link->decoder.has_key = false;
        link->is_connected = false;
        link->owes_hello = false;
        link->client.disconnected(link->client.context);
    }
}

static void connect(struct link *link, const struct wire_host_hello *hello) {
    disconnect(link);
    link->session = hello->session;
    link->attempt = hello->attempt;
    link->connection++;
    link->is_connected = true;
    link->owes_info = true;
    link->decoder.key = connection_key(link);
    link->decoder.has_key = true;
    link_sender_start(&link->sender, hello->mtu);
    link_receiver_start(&link->receiver);
    link->client.connected(link->client.context);
}

/* Why this hello cannot be served; 0 when it can. */
static uint8_t objection(const struct wire_host_hello *hello) {
    if (hello->protocol_minimum > WIRE_VERSION || hello->protocol_maximum < WIRE_MINIMUM_VERSION) {
        return WIRE_REFUSAL_PROTOCOL_VERSION;
    }
    /* A host of a later version speaks this one too; one of this version has to mean the same by it. */
    bool is_other = hello->protocol_maximum == WIRE_VERSION && hello->schema_hash != WIRE_SCHEMA_HASH;
    return is_other ? WIRE_REFUSAL_SCHEMA : 0;
}

/* Not inlined: what it decodes would lie on the stack below every message. */
__attribute__((noinline)) static void take_hello(struct link *link, uint32_t now) {
    struct wire_host_hello hello;
    if (!wire_host_hello_decode(&hello, link->decoder.body, link->decoder.body_count) ||
        hello.magic != WIRE_MAGIC || hello.session == 0 ||
        hello.mtu < WIRE_MINIMUM_FRAGMENT_BYTES ||
        link->decoder.header.epoch != (hello.attempt & 15u)) {
        link->counters.malformed++;
        return;
    }
    link->refusal = objection(&hello);
    if (link->refusal != 0) {
        link->refused_session = hello.session;
        link->refused_attempt = hello.attempt;
        return;
    }
    bool stands = link->is_connected && hello.session == link->session &&
                  hello.attempt == link->attempt;
    bool can_open = hello.boot_id == link->boot_id && hello.connection == link->connection;
    if (!stands && can_open) {
        connect(link, &hello);
    }
    if (stands || can_open) {
        link->heard_at = now;
    }
    link->owes_hello = true;
}

/* A host talks on a connection that this device does not know: it had better know soon. */
static void offer_hello(struct link *link, uint32_t now) {
    if (now - link->unasked_at >= WIRE_UNASKED_HELLO_MILLISECONDS) {
        link->unasked_at = now;
        link->owes_hello = true;
    }
}

/* Acknowledgement of a frame of this connection. False when the body does not fit the kind. */
static bool take_acknowledgement(struct link *link, uint32_t now) {
    const struct frame_decoder *decoder = &link->decoder;
    uint64_t selective = 0;
    if (decoder->header.kind == WIRE_FRAME_KIND_ACK && decoder->body_count == 8) {
        for (uint32_t i = 0; i < 8; i++) {
            selective |= (uint64_t)decoder->body[i] << (8 * i);
        }
    } else if (decoder->header.kind != WIRE_FRAME_KIND_DATA && decoder->body_count != 0) {
        return false;
    }
    link_sender_acknowledge(&link->sender, decoder->header.acknowledged, selective, now);
    return true;
}

static void take_frame(struct link *link, uint32_t now) {
    const struct frame_header *header = &link->decoder.header;
    link->counters.frames_received++;
    if (header->sender != FRAME_FROM_HOST) {
        link->counters.echoes++;
        return;
    }
    if (header->kind == WIRE_FRAME_KIND_HELLO) {
        take_hello(link, now);
        return;
    }
    if (header->epoch != epoch(link)) {
        link->counters.stale++;
        return;
    }
    if (!take_acknowledgement(link, now)) {
        link->counters.malformed++;
        return;
    }
    link->heard_at = now;
    if (header->kind == WIRE_FRAME_KIND_DATA) {
        link_receiver_take(link);
    } else if (header->kind == WIRE_FRAME_KIND_PING) {
        link->receiver.owes_ack = true;
    }
}

void link_feed(struct link *link, const uint8_t *bytes, uint32_t count, uint32_t now) {
    const uint8_t *end = bytes + count;
    while (bytes < end) {
        enum frame_event event = frame_decoder_take(&link->decoder, &bytes, end);
        if (event == FRAME_GOOD) {
            take_frame(link, now);
        } else if (event == FRAME_FOREIGN) {
            link->counters.stale++;
            offer_hello(link, now);
        } else {
            link->counters.damaged[event] += event != FRAME_NONE;
        }
    }
}

static void renew_credit(struct link *link) {
    uint32_t credit = link->client.sample_credit(link->client.context) + LINK_HELD_SAMPLE_BYTES;
    uint32_t held = link->receiver.held_sample_bytes;
    credit -= held < credit ? held : credit;
    link->credit = credit > LINK_MOST_CREDIT ? LINK_MOST_CREDIT : (uint16_t)credit;
}

/* Every frame acknowledges and grants. */
static uint32_t emit(struct link *link, struct frame_header header, const uint8_t *body,
                     uint32_t count, const struct cobs_space *space) {
    header.sender = FRAME_FROM_DEVICE;
    header.credit = link->credit;
    header.acknowledged = link->receiver.expected;
    link->last_credit = header.credit;
    link->counters.frames_sent++;
    return frame_encode(&header, body, count, link->decoder.key, space);
}

/* This one and the next are not inlined: what they encode would lie on the stack below every frame. */
__attribute__((noinline)) static uint32_t emit_refusal(struct link *link, const struct cobs_space *space) {
    static const char text[] = "build firmware and host alike";
    struct wire_refuse refuse = {.session = link->refused_session,
                                 .attempt = link->refused_attempt,
                                 .code = link->refusal,
                                 .protocol_minimum = WIRE_MINIMUM_VERSION,
                                 .protocol_maximum = WIRE_VERSION,
                                 .schema_hash = WIRE_SCHEMA_HASH,
                                 .text = {.data = text, .count = sizeof text - 1}};
    uint8_t body[WIRE_REFUSE_MAX_BYTES - 95 + sizeof text - 1]; /* its text is 95 bytes at most */
    uint32_t count = wire_refuse_encode(&refuse, body, sizeof body);
    struct frame_header header = {.kind = WIRE_FRAME_KIND_HELLO,
                                  .is_first = true,
                                  .is_last = true,
                                  .epoch = link->refused_attempt & 15u};
    link->refusal = 0;
    return emit(link, header, body, count, space);
}

/* Without a connection it names none: session 0. */
__attribute__((noinline)) static uint32_t emit_hello(struct link *link, const struct cobs_space *space) {
    struct wire_device_hello hello = {
        .magic = WIRE_MAGIC,
        .protocol_minimum = WIRE_MINIMUM_VERSION,
        .protocol_maximum = WIRE_VERSION,
        .session = link->is_connected ? link->session : 0,
        .attempt = link->is_connected ? link->attempt : 0,
        .boot_id = link->boot_id,
        .connection = link->connection,
        .schema_hash = WIRE_SCHEMA_HASH,
        .mtu = WIRE_MAXIMUM_BODY_BYTES,
    };
    uint8_t body[WIRE_DEVICE_HELLO_MAX_BYTES];
    uint32_t count = wire_device_hello_encode(&hello, body, sizeof body);
    struct frame_header header = {.kind = WIRE_FRAME_KIND_HELLO,
                                  .is_first = true,
                                  .is_last = true,
                                  .epoch = hello.attempt & 15u};
    link->owes_hello = false;
    return count == 0 ? 0 : emit(link, header, body, count, space);
}

static uint32_t emit_ack(struct link *link, const struct cobs_space *space) {
    uint64_t selective = link_receiver_selective(&link->receiver);
    uint8_t body[8];
    for (uint32_t i = 0; i < 8; i++) {
        body[i] = (uint8_t)(selective >> (8 * i));
    }
    struct frame_header header = {.kind = WIRE_FRAME_KIND_ACK, .epoch = epoch(link)};
    link->receiver.owes_ack = false;
    return emit(link, header, body, selective != 0 ? 8 : 0, space);
}

static uint32_t emit_data(struct link *link, uint32_t index, uint32_t now,
                          const struct cobs_space *space) {
    link_sender_cut(&link->sender, index);
    const struct link_outgoing *frame = &link->sender.frames[index];
    struct frame_header header = {.kind = WIRE_FRAME_KIND_DATA,
                                  .channel = frame->channel,
                                  .is_first = frame->is_first,
                                  .is_last = frame->is_last,
                                  .epoch = epoch(link),
                                  .sequence = (uint16_t)(link->sender.base + index)};
    link->counters.frames_resent += frame->transmissions > 0;
    const uint8_t *body = link_sender_body(&link->sender, index);
    uint32_t count = emit(link, header, body, frame->body_count, space);
    link_sender_transmitted(&link->sender, index, now);
    /* With a hole, the selective acknowledgement is still owed. */
    if (link_receiver_selective(&link->receiver) == 0) {
        link->receiver.owes_ack = false;
    }
    return count;
}

/* Queues DEVICE_INFO as the first message of the connection; false when the session cannot say now
 * where it stands. */
static bool send_info(struct link *link) {
    struct link_space space = link_space(link);
    uint32_t count = link->client.identify(link->client.context, space.bytes, space.byte_count);
    if (count > 0) {
        link_sender_queue(&link->sender, WIRE_CHANNEL_CONTROL, count);
    }
    return count > 0;
}

/* Queues a GAP for each channel that dropped messages, as far as there is room. */
static void report_gaps(struct link *link) {
    for (uint8_t channel = 0; channel < LINK_CHANNELS; channel++) {
        if (link->sender.dropped[channel] == 0) {
            continue;
        }
        struct wire_gap gap = {.channel = channel, .count = link->sender.dropped[channel]};
        uint8_t bytes[WIRE_GAP_MAX_BYTES];
        uint32_t count = wire_gap_encode(&gap, bytes, sizeof bytes);
        if (link_send(link, WIRE_CHANNEL_TELEMETRY, bytes, count)) {
            link->sender.dropped[channel] = 0;
        }
    }
}

bool link_has_room(const struct link *link, uint32_t count) {
    return link->is_connected && !link->owes_info && link_sender_has_room(&link->sender, count);
}

struct link_space link_space(struct link *link) {
    struct link_sender *sender = &link->sender;
    return (struct link_space){.bytes = sender->bodies + sender->body_bytes,
                               .byte_count = (uint32_t)(sender->body_limit - sender->body_bytes)};
}

void link_send_encoded(struct link *link, uint8_t channel, uint32_t count) {
    link_sender_queue(&link->sender, channel, count);
}

bool link_send(struct link *link, uint8_t channel, const uint8_t *bytes, uint32_t count) {
    if (!link_has_room(link, count)) {
        return false;
    }
    memcpy(link_space(link).bytes, bytes, count);
    link_sender_queue(&link->sender, channel, count);
    return true;
}

void link_post(struct link *link, uint8_t channel, const uint8_t *bytes, uint32_t count) {
    report_gaps(link);
    if (channel < LINK_CHANNELS && link->is_connected &&
        (link->sender.dropped[channel] != 0 || !link_send(link, channel, bytes, count))) {
        link->sender.dropped[channel]++;
        link->counters.dropped++;
    }
}

static uint32_t poll_connection(struct link *link, uint32_t now, const struct cobs_space *space) {
    link_receiver_deliver_held(link);
    renew_credit(link);
    if (link->owes_info) {
        link->owes_info = !send_info(link);
    }
    report_gaps(link);
    link->counters.timeouts += link_sender_expire(&link->sender, now);
    bool has_hole = link_receiver_selective(&link->receiver) != 0;
    if (link->receiver.owes_ack && has_hole) {
        return frame_wire_bytes(8) <= space->room ? emit_ack(link, space) : 0;
    }
    int32_t index = link_sender_next(&link->sender, now);
    if (index >= 0) {
        uint32_t needed = frame_wire_bytes(link_sender_body_bytes(&link->sender, (uint32_t)index));
        return needed <= space->room ? emit_data(link, (uint32_t)index, now, space) : 0;
    }
    bool owes_credit = link->credit > link->last_credit;
    if (link->receiver.owes_ack || owes_credit) {
        return frame_wire_bytes(8) <= space->room ? emit_ack(link, space) : 0;
    }
    return 0;
}

uint32_t link_poll(struct link *link, uint32_t now, const struct cobs_space *space) {
    renew_credit(link);
    if (link->refusal != 0) {
        return frame_wire_bytes(WIRE_REFUSE_MAX_BYTES) <= space->room ? emit_refusal(link, space) : 0;
    }
    if (link->is_connected && now - link->heard_at >= WIRE_DEVICE_SILENCE_MILLISECONDS) {
        disconnect(link);
    }
    if (link->is_connected && link_sender_is_stuck(&link->sender)) {
        disconnect(link);
        link->owes_hello = true; /* the host will open another, whose frames are shorter */
    }
    if (link->owes_hello) {
        return frame_wire_bytes(WIRE_DEVICE_HELLO_MAX_BYTES) <= space->room ? emit_hello(link, space) : 0;
    }
    return link->is_connected ? poll_connection(link, now, space) : 0;
}
