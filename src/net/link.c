/* link: what sending and closing is, whatever the transport. */
#include "net/link.h"

const char link_full[] = "its send queue is full";
const char link_by_game[] = "the game closed it";

static bool sent(struct link *link, bool was_empty, gw_err err)
{
    if (err) {
        link_close(link, link_full);
        return false;
    }
    if (was_empty)
        link->ops->wake(link);
    return true;
}

bool link_send(struct link *link, const void *payload, size_t size)
{
    bool was_empty = link->out.bytes == 0;
    return !link->closing && sent(link, was_empty, outq_put(&link->out, payload, size));
}

bool link_send2(struct link *link, const void *head, size_t head_size, const void *tail,
                size_t tail_size)
{
    bool was_empty = link->out.bytes == 0;
    return !link->closing &&
           sent(link, was_empty, outq_put2(&link->out, head, head_size, tail, tail_size));
}

bool link_send_packet(struct link *link, struct packet *packet)
{
    bool was_empty = link->out.bytes == 0;
    return !link->closing && sent(link, was_empty, outq_put_packet(&link->out, packet));
}

bool link_forward(struct link *link, const void *packets, size_t size)
{
    bool was_empty = link->out.bytes == 0;
    if (link->closing || outq_put_raw(&link->out, packets, size) != GW_OK)
        return false;
    return sent(link, was_empty, GW_OK);
}

bool link_is_read(const struct link *link)
{
    return !link->closing && !link->paused;
}

/* The owner may change with a packet. */
static size_t deliver_each(struct link *link, const struct view *packets, size_t count)
{
    size_t taken = 0;
    for (; taken < count && link_is_read(link); taken++)
        link->events->packet(link->user, packets[taken].data, packets[taken].size);
    return taken;
}

size_t link_deliver(struct link *link, const struct view *packets, size_t count)
{
    return link->events->packets ? link->events->packets(link->user, packets, count)
                                 : deliver_each(link, packets, count);
}

void link_pause(struct link *link, bool paused)
{
    if (link->closing || link->paused == paused)
        return;
    link->paused = paused;
    link->ops->pause(link, paused);
}

bool link_has_gone(const struct link *link)
{
    return link->ops->has_gone(link);
}

void link_dismiss(struct link *link, const char *words, size_t size)
{
    if (!link->closing && link->ops->farewell)
        link->ops->farewell(link, size ? words : link_by_game, size ? size : strlen(link_by_game));
    link_close(link, link_by_game);
}

void link_close(struct link *link, const char *reason)
{
    if (link->closing)
        return;
    link->closing = true;
    link->ops->close(link, reason);
}
