/* send: sends packets to one client, each in its dialect, or lets them wait until it can have them.
 */
#pragma once

#include "gate/core.h"

/* Sends a packet, as 2020 has it. */
void client_send(struct client *client, struct view packet);
/* One in two pieces, which is the same in all dialects. */
void client_send2(struct client *client, struct view head, struct view tail);

/* It has sent this, and its dialect is not known yet: the packet may show it. */
void client_look_for_dialect(struct client *client, struct view packet);
void client_start_to_speak(struct client *client); /* it has connected */

/* Whether nothing stands between a packet of 2020 and the client. */
static inline bool client_takes_all(const struct client *client)
{
    return client->dialect == DIALECT_2020 && !client->is_away;
}

/* Whether a packet has to wait for its dialect; `differs`: that makes another of it. */
static inline bool client_has_to_wait(const struct client *client, bool differs)
{
    return client->hold || (differs && !client->has_shown);
}

/* Both send what is in its dialect already, and has not to wait. */
void client_pass(struct client *client, struct view packet);
void client_pass_shared(struct client *client, struct packet *packet); /* borrows */

/* Packets that wait stand behind each other, in the form of 2020, each behind a u32 size. */
static inline size_t kept_bytes(struct view head, struct view tail)
{
    return PACKET_HEADER_BYTES + (size_t)head.size + tail.size;
}
void kept_put(struct buf *kept, struct view head, struct view tail);
void client_send_kept(struct client *client, struct buf *kept); /* and frees them */
