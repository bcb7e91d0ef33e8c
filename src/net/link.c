/* link: what sending and closing is, whatever the transport. */
#include "net/link.h"

#include "base/assert.h"

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

static size_t deliver(struct link *link, const struct view *packets, size_t count)
{
    if (link->events->packet)
        return deliver_each(link, packets, count);
    size_t taken = link_is_read(link) ? link->events->packets(link->user, packets, count) : 0;
    ASSERT(taken == count || !link_is_read(link)); /* nothing would bring the others again */
    return taken;
}

struct feeding {
    struct link *link;
    size_t packets;
};

static size_t take(void *user, const struct view *packets, size_t count)
{
    struct feeding *feeding = user;
    size_t taken = deliver(feeding->link, packets, count);
    feeding->packets += taken;
    return taken;
}

enum frame_result link_feed(struct link *link, struct frame *frame, const uint8_t *bytes,
                            size_t size, struct link_fed *fed)
{
    struct feeding feeding = {.link = link};
    const struct frame_taker taker = {.packets = take, .user = &feeding};
    enum frame_result result =
        frame_feed(frame, bytes, size, link->payload_bytes_max, &taker, &fed->bytes);
    fed->packets = feeding.packets;
    if (result != FRAME_OK && !link_is_read(link))
        return FRAME_STOPPED;
    if (result == FRAME_TOO_LONG)
        link_close(link, "it sent a packet longer than the limit");
    if (result == FRAME_TOO_SHORT)
        link_close(link, "it sent a packet too short for a message type");
    return result;
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
