/* peer: see peer.h. */
#include "peer.h"

static void packet(void *user, const uint8_t *payload, size_t size)
{
    struct peer *peer = user;
    peer->packets++;
    buf_append(&peer->received, payload, size);
    if (peer->echoes)
        link_send(peer->link, payload, size);
    if (peer->pause_every && peer->packets % peer->pause_every == 0)
        link_pause(peer->link, true);
    if (peer->packets == peer->close_after)
        link_close(peer->link, "enough");
}

static void closed(void *user, const char *reason)
{
    struct peer *peer = user;
    peer->closed++;
    peer->is_closed = true;
    peer->reason = reason;
    peer->link = NULL;
}

static const struct link_events events = {.packet = packet, .closed = closed};

void peer_take(struct peer *peer, struct link *link)
{
    peer->link = link;
    link->events = &events;
    link->user = peer;
}

void peer_fini(struct peer *peer)
{
    buf_free(&peer->received);
    *peer = (struct peer){0};
}
