/* holds: see holds.h. */
#include "gate/holds.h"

#include "gate/send.h"
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
    struct buf packets;       /* kept */
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

void holds_put(struct client *client, struct view head, struct view tail)
{
    struct hold *hold = client->hold ? client->hold : begin(client);
    if (hold->packets.size + kept_bytes(head, tail) > HOLD_BYTES_MAX) {
        holds_give_up(client);
        client_send2(client, head, tail);
        return;
    }
    kept_put(&hold->packets, head, tail);
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
    client_send_kept(client, &packets);
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
