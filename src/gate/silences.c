/* silences: see silences.h. */
#include "gate/silences.h"

#include "gate/clients.h"

#include <stdlib.h>

enum { LOOK_MS = 1000 };

void silences_fini(struct silences *silences)
{
    free(silences->heard_ms);
}

static uint32_t now(const struct gate *g)
{
    return (uint32_t)g->desc.clock->now_ms;
}

void silences_heard(struct client *client)
{
    struct gate *g = client->gate;
    struct silences *silences = &g->silences;
    if (g->desc.limits.client_silence_max_ms == 0)
        return;
    if (client->index >= silences->capacity) {
        silences->capacity = g->clients_capacity;
        silences->heard_ms =
            mem_realloc(silences->heard_ms, silences->capacity * sizeof *silences->heard_ms);
    }
    silences->heard_ms[client->index] = now(g);
}

void silences_move(struct gate *g, uint32_t from, uint32_t to)
{
    if (g->silences.heard_ms)
        g->silences.heard_ms[to] = g->silences.heard_ms[from];
}

static void close_silent(struct client *client)
{
    struct gate *g = client->gate;
    gate_complain(g, silent_clients, "client_is_silent",
                  "client=" GW_ID_FORMAT " owner=" GW_ID_FORMAT " address=%s",
                  GW_ID_ARG(client->id), GW_ID_ARG(client->owner), client->link->address);
    link_close(client->link, "nothing came from it for too long");
}

/* What a paused client says is not read: it may not be silent at all. */
static void on_silent(struct client *client)
{
    if (client->pause)
        silences_heard(client);
    else if (!client->link->closing)
        close_silent(client);
}

static void look(struct gate *g)
{
    uint32_t max_ms = g->desc.limits.client_silence_max_ms;
    for (size_t i = 0; i < g->stats.clients; i++)
        if (now(g) - g->silences.heard_ms[i] >= max_ms)
            on_silent(g->clients[i]);
}

/* If it is late, the gate itself was held up: it reads first what came meanwhile. */
int64_t silences_turn(struct gate *g)
{
    if (g->desc.limits.client_silence_max_ms == 0 || g->stats.clients == 0)
        return CLOCK_NEVER;
    int64_t late_ms = g->desc.clock->now_ms - g->silences.look_ms;
    if (late_ms < 0)
        return g->silences.look_ms;
    g->silences.look_ms = g->desc.clock->now_ms + LOOK_MS;
    if (late_ms < LOOK_MS)
        look(g);
    return g->silences.look_ms;
}
