/* holds: see holds.h. */
#include "gate/holds.h"

#include "gate/clients.h"
#include "wire/writer.h"

#include <stdlib.h>
#include <utlist.h>

enum {
    /* As long as between two heartbeats of our own library. */
    HOLD_MS = 5000,
    HOLD_BYTES_MAX = 64 * 1024,
};

struct hold {
    struct client *client;
    struct hold *prev, *next; /* in holds->all */
    struct buf packets;       /* u32 size, payload: in the form of 2020 */
    int64_t due_ms;
};

static struct hold *begin(struct client *client)
{
    struct gate *g = client->gate;
    struct hold *hold = mem_zalloc(sizeof *hold);
    hold->client = client;
    hold->due_ms = g->desc.clock->now_ms + HOLD_MS;
    client->hold = hold;
    DL_APPEND(g->holds.all, hold);
    return hold;
}

static bool has_room(const struct hold *hold, size_t size)
{
    return hold->packets.size + PACKET_HEADER_BYTES + size <= HOLD_BYTES_MAX;
}

void holds_put(struct client *client, struct view head, struct view tail)
{
    struct hold *hold = client->hold ? client->hold : begin(client);
    size_t size = (size_t)head.size + tail.size;
    if (!has_room(hold, size)) {
        holds_give_up(client);
        client_send2(client, head, tail);
        return;
    }
    write_u32(&hold->packets, (uint32_t)size);
    write_bytes(&hold->packets, head.data, head.size);
    write_bytes(&hold->packets, tail.data, tail.size);
}

static void end(struct hold *hold)
{
    hold->client->hold = NULL;
    DL_DELETE(hold->client->gate->holds.all, hold);
    buf_free(&hold->packets);
    free(hold);
}

void holds_release(struct client *client)
{
    struct hold *hold = client->hold;
    if (!hold)
        return;
    struct buf packets = hold->packets;
    hold->packets = (struct buf){0};
    end(hold);
    struct reader r = reader_of(packets.data, packets.size);
    while (reader_left(&r) > 0)
        client_send(client, read_var(&r));
    buf_free(&packets);
}

void holds_give_up(struct client *client)
{
    if (!client->hold)
        return;
    struct gate *g = client->gate;
    g->stats.assumed_dialects++;
    log_debug(g->desc.log, "client_shows_no_dialect",
              "client=" GW_ID_FORMAT " address=%s bytes=%zu", GW_ID_ARG(client->id),
              client->link->address, client->hold->packets.size);
    client->dialect = DIALECT_2020;
    holds_release(client);
}

void holds_forget(struct client *client)
{
    if (client->hold)
        end(client->hold);
}

int64_t holds_turn(struct gate *g)
{
    struct hold *hold, *next;
    DL_FOREACH_SAFE(g->holds.all, hold, next) {
        if (hold->due_ms > g->desc.clock->now_ms)
            return hold->due_ms;
        holds_give_up(hold->client);
    }
    return CLOCK_NEVER;
}
