/* The receiving half of the link: order, early frames, messages of several fragments. Used by
 * link.c alone. */
#ifndef FIELDTUNE_LINK_RECEIVER_H
#define FIELDTUNE_LINK_RECEIVER_H

#include "link.h"

void link_receiver_start(struct link_receiver *receiver);
/* Takes the DATA frame in `link->decoder` and delivers what it completes. */
void link_receiver_take(struct link *link);
/* Delivers frames whose turn has come, as far as the session takes them. */
void link_receiver_deliver_held(struct link *link);
/* Bit i: the frame `expected` + 1 + i is held. */
uint64_t link_receiver_selective(const struct link_receiver *receiver);

#endif
