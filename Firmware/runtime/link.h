/* The device's end of the link: a state machine without clock, allocation or I/O.
 *
 * Protocol/SPEC.md states the rules; Sources/WireProtocol holds the same rules in Swift.
 *
 * Invariants
 *   - Silent until the first valid frame of a host, and again after ten seconds of silence.
 *   - Messages are delivered once and in the order in which the host's link sent them, or not at
 *     all once the connection is gone.
 *   - sender.frames: first `sent` frames that are not acknowledged, numbered from `base`; behind
 *     them up to `count` the messages that wait, of which the first may be cut already. Their bytes
 *     lie one after the other in sender.bodies.
 *   - `receiver.early` holds frames of [expected - held, expected), acknowledged, which the session
 *     has put off, and others of (expected, expected + 64), each at most once.
 *   - `struct link` takes LINK_BUFFER_BYTES at most on a board, checked where it is compiled: with the
 *     receive ring of 4,096 and the transmit ring of 1,024 bytes, 9,480 B. */
#ifndef FIELDTUNE_LINK_H
#define FIELDTUNE_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "protocol.gen.h"

enum {
    LINK_SEND_BYTES = 1228, /* bodies not acknowledged yet; two of the longest fit, or one and a
                             * message that is being assembled */
    LINK_CHANNELS = WIRE_CHANNEL_TIME + 1,
    LINK_SEND_FRAMES = 40,   /* at most this many of them and of messages that wait */
    LINK_ROOM_MESSAGES = 3,  /* "there is room" means room for so many */
    LINK_SEND_MESSAGES = 24, /* no message is queued behind this many: room to cut those that wait */
    LINK_EARLY_BYTES = 1728, /* frames that came before the one in front of them, or before the
                              * session took them */
    LINK_HELD_SAMPLE_BYTES = 1024, /* of samples there, that the credit grants */
    LINK_MOST_CREDIT = 3072, /* what is on its way behind a lost frame has to be sent again */
    LINK_BUFFER_BYTES = 4360,
};

/* What the link asks of the session. Nothing here may call back into the link but link_send,
 * link_post, link_send_encoded and the questions. */
struct link_client {
    void *context;
    /* Encodes DEVICE_INFO; returns its bytes, or 0: not now, as below. */
    uint32_t (*identify)(void *context, uint8_t *bytes, uint32_t capacity);
    /* A new connection: nothing of an older one will be delivered any more. */
    void (*connected)(void *context);
    void (*disconnected)(void *context);
    /* A whole message of any channel but samples. False: not now; it is offered again at the next
     * call of link_poll. */
    bool (*message)(void *context, uint8_t channel, const uint8_t *bytes, uint32_t count);
    /* The next bytes of a SAMPLE message. False: not now, as above. */
    bool (*sample)(void *context, const uint8_t *bytes, uint32_t count, bool is_first,
                   bool is_last);
    /* Bytes of SAMPLE messages that `sample` will take from now on. */
    uint32_t (*sample_credit)(void *context);
};

struct link_counters {
    uint32_t frames_received;
    uint32_t frames_sent;
    uint32_t frames_resent;
    uint32_t timeouts;
    uint32_t duplicates;                 /* DATA received again */
    uint32_t stale;                      /* frames of another epoch */
    uint32_t echoes;                     /* frames with this end's own direction bit */
    uint32_t refused;                    /* DATA that found no room */
    uint32_t dropped;                    /* messages of link_post that found no room */
    uint32_t malformed;                  /* a body that does not fit its kind */
    uint32_t damaged[FRAME_EVENT_COUNT]; /* by enum frame_event */
};

/* One frame that waits for its acknowledgement, or a message, or the rest of one, that waits to be
 * cut into frames. */
struct link_outgoing {
    uint16_t body_count;
    uint16_t order;   /* position among all transmissions, modulo 2^16 */
    uint16_t sent_at; /* milliseconds, modulo 2^16 */
    uint16_t channel : 3;
    uint16_t transmissions : 4; /* saturates */
    uint16_t expirations : 5;   /* transmissions given up while the host was silent: 22 in the ten seconds it may be */
    uint16_t is_first : 1;
    uint16_t is_last : 1;
    uint16_t is_acknowledged : 1;
    uint16_t is_lost : 1;
};

/* How long a body may be, given how often frames are lost: FragmentSize.swift says why. */
struct fragment_size {
    uint16_t maximum;
    uint16_t sent_bytes;
    uint32_t lost; /* frames, in sixteenths */
};

struct link_sender {
    struct fragment_size fragments;
    struct link_outgoing frames[LINK_SEND_FRAMES];
    uint8_t bodies[LINK_SEND_BYTES];
    uint16_t base;                   /* sequence number of frames[0] */
    uint16_t count;                  /* of `frames`, in use */
    uint16_t sent;                   /* of these, numbered and sent at least once */
    uint16_t body_bytes;             /* of `bodies`, in use */
    uint16_t body_limit;             /* of `bodies`, for bodies: the rest is lent to the receiver */
    uint16_t order;                  /* of the next transmission */
    uint16_t heard_order;            /* latest transmission known to have arrived, plus one */
    uint32_t waiting_since;          /* milliseconds: last progress */
    uint32_t heard_at;               /* milliseconds: latest frame */
    uint32_t smoothed;               /* round trip in 1/8 ms; 0 before the first */
    uint32_t deviation;              /* of the round trip, in 1/4 ms */
    uint32_t shortest;               /* round trip in ms */
    uint32_t dropped[LINK_CHANNELS]; /* messages, since the last GAP */
    uint8_t backoff;
};

/* A message of several fragments, as far as they have come. */
struct link_assembly {
    uint16_t count;
    uint8_t channel;
    bool is_open;
};

struct link_early {
    uint16_t sequence;
    uint16_t body_count;
    uint8_t channel;
    bool is_first;
    bool is_last;
};

struct link_receiver {
    uint16_t expected; /* the first that is not acknowledged */
    uint16_t early_bytes;
    uint8_t early[LINK_EARLY_BYTES]; /* struct link_early and body, one after the other */
    uint64_t early_map;              /* bit i: expected + i is there; bit 0 is clear */
    uint16_t held;                   /* frames before `expected` that wait for the session */
    uint16_t held_sample_bytes;      /* of samples in them */
    struct link_assembly control;    /* every channel but samples and bulk, one at a time */
    struct link_assembly bulk;       /* at the end of the sender's `bodies`, while it is open */
    uint8_t control_bytes[WIRE_MAXIMUM_CONTROL_BYTES];
    bool sample_is_open;
    bool owes_ack;
};

struct link {
    struct link_client client;
    struct link_counters counters;
    struct link_sender sender;
    struct link_receiver receiver;
    struct frame_decoder decoder;
    uint64_t session;
    uint32_t attempt;
    uint32_t boot_id;
    uint32_t connection;
    uint32_t heard_at;        /* milliseconds */
    uint32_t unasked_at;      /* of the latest hello that no host had asked for */
    uint64_t refused_session; /* of the hello that `refusal` answers */
    uint32_t refused_attempt;
    uint16_t credit;      /* as it is now: what the next frame grants */
    uint16_t last_credit; /* as the host was told last */
    uint8_t refusal;      /* enum wire_refusal, 0 for none: to be sent */
    bool is_connected;
    bool owes_hello;
    bool owes_info;
};

void link_init(struct link *link, struct link_client client, uint32_t boot_id);

/* Takes bytes from the line and delivers what they complete. `now` in milliseconds, wraps. */
void link_feed(struct link *link, const uint8_t *bytes, uint32_t count, uint32_t now);

/* Writes the next frame to send, of at most space->room bytes, and returns its size; 0 when there is
 * nothing to send now, or no room for it. To be called until it returns 0, after each link_feed and at
 * least every few milliseconds. */
uint32_t link_poll(struct link *link, uint32_t now, const struct cobs_space *space);

/* True when up to three messages of `count` bytes in all can be sent now: there is a connection and
 * room. */
bool link_has_room(const struct link *link, uint32_t count);

/* Where the next message may be encoded, so that it need not be copied. */
struct link_space {
    uint8_t *bytes;
    uint32_t byte_count;
};

struct link_space link_space(struct link *link);

/* Queues the message of `count` bytes that was encoded there; link_has_room must have said so. */
void link_send_encoded(struct link *link, uint8_t channel, uint32_t count);

/* Queues an encoded message. False when there is no connection or no room: ask again later. */
bool link_send(struct link *link, uint8_t channel, const uint8_t *bytes, uint32_t count);

/* As link_send, but what finds no room is dropped, and counted by a GAP message later. */
void link_post(struct link *link, uint8_t channel, const uint8_t *bytes, uint32_t count);

bool link_is_connected(const struct link *link);

/* When the last frame of the host came, milliseconds. */
uint32_t link_heard_at(const struct link *link);

/* True when everything queued has been acknowledged. */
bool link_is_idle(const struct link *link);

#endif
