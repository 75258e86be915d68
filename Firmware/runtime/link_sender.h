/* The sending half of the link: window, loss detection, retransmission. Used by link.c alone.
 *
 * A frame is lost when one that was transmitted after it has arrived. The timer serves only the
 * case that nothing arrives any more: it starts anew with every progress. An idle line is used to send
 * again what is overdue in front of a frame that has arrived. */
#ifndef FIELDTUNE_LINK_SENDER_H
#define FIELDTUNE_LINK_SENDER_H

#include "link.h"

/* What is known of a line outlives its connections. */
void fragment_size_start(struct fragment_size *size);

/* Begins a connection; `mtu`: the longest body the host takes. */
void link_sender_start(struct link_sender *sender, uint16_t mtu);
/* True when a message of `count` bytes can be queued. */
bool link_sender_has_room(const struct link_sender *sender, uint32_t count);
/* The last `count` bytes of the room for bodies, which are taken from it until they are asked for again; 0 gives them
 * back. Null, and nothing changes, while bodies use them. */
uint8_t *link_sender_lend(struct link_sender *sender, uint32_t count);
/* Queues the message of `count` bytes that lies behind the bodies in use. */
void link_sender_queue(struct link_sender *sender, uint8_t channel, uint32_t count);
/* `acknowledged`: next number the host expects; bit i of `selective`: it holds that + 1 + i.
 * An acknowledgement of what was never sent, or an old one, changes nothing. */
void link_sender_acknowledge(struct link_sender *sender, uint16_t acknowledged, uint64_t selective,
                             uint32_t now);
/* Marks the oldest frames in flight lost when the timer has run out; true when it has. One of several
 * short ones arrives over a bad line where a single one would not. */
bool link_sender_expire(struct link_sender *sender, uint32_t now);
/* A frame that was sent many times and never arrived is by far too long for this line. */
bool link_sender_is_stuck(const struct link_sender *sender);
/* Index of the frame to transmit next: lost ones first, and those overdue when there is no other; -1
 * for none. */
int32_t link_sender_next(struct link_sender *sender, uint32_t now);
/* Bytes of body that it will have. */
uint32_t link_sender_body_bytes(const struct link_sender *sender, uint32_t index);
/* Makes it a frame of that length, where it is a message yet. */
void link_sender_cut(struct link_sender *sender, uint32_t index);
const uint8_t *link_sender_body(const struct link_sender *sender, uint32_t index);
void link_sender_transmitted(struct link_sender *sender, uint32_t index, uint32_t now);

#endif
