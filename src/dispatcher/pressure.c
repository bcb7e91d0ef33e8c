/* pressure: see pressure.h. A client that goes while it is paused is not known here: it is resumed
 * in vain with the others. There are no more of them than calls that wait for the game. */
#include "dispatcher/pressure.h"

#include "dispatcher/core.h"
#include "dispatcher/gates.h"
#include "wire/messages.h"

#include <stdlib.h>
#include <utlist.h>

#define LOOK_MS 10 /* nothing tells when a queue has become short */

struct pressed {
    struct peer *game;
    struct pressed *prev, *next; /* of the same game */
    gw_id client;
    uint16_t gate;
};

void pressure_init(struct pressure *pressure, uint64_t seed)
{
    *pressure = (struct pressure){.clients = {.seed = seed}};
}

/* Nobody is told. */
static void forget(struct dispatcher *d, struct pressed *pressed)
{
    DL_DELETE(pressed->game->pressed, pressed);
    idmap_remove(&d->pressure.clients, pressed->client);
    d->stats.pressed_clients--;
    free(pressed);
}

static void forget_all(struct dispatcher *d, const struct peers *games)
{
    struct pressed *pressed, *next;
    for (size_t i = 0; i < games->count; i++)
        DL_FOREACH_SAFE(games->all[i]->pressed, pressed, next) {
            forget(d, pressed);
        }
}

void pressure_fini(struct dispatcher *d)
{
    forget_all(d, &d->games);
    idmap_free(&d->pressure.clients);
}

static void tell_paused(struct dispatcher *d, const struct pressed *pressed)
{
    struct buf *b = dispatcher_scratch(d);
    msg_pause_client_write(
        b, &(struct msg_pause_client){.gate = pressed->gate, .client = pressed->client});
    gates_send(d, pressed->gate, b->data, b->size);
}

static void tell_resumed(struct dispatcher *d, const struct pressed *pressed)
{
    struct buf *b = dispatcher_scratch(d);
    msg_resume_client_write(
        b, &(struct msg_resume_client){.gate = pressed->gate, .client = pressed->client});
    gates_send(d, pressed->gate, b->data, b->size);
}

static void press(struct dispatcher *d, struct peer *game, const struct peer *gate, gw_id client)
{
    struct pressed *pressed = mem_zalloc(sizeof *pressed);
    *pressed = (struct pressed){.game = game, .client = client, .gate = gate->id};
    DL_APPEND(game->pressed, pressed);
    idmap_put(&d->pressure.clients, client, pressed);
    d->stats.pressed_clients++;
    dispatcher_complain(d, presses, "game_is_congested",
                        "game=%u waiting_bytes=%zu gate=%u client=" GW_ID_FORMAT, game->id,
                        session_unsent_bytes(&game->session), gate->id, GW_ID_ARG(client));
    tell_paused(d, pressed);
}

bool pressure_is_on(const struct dispatcher *d, const struct peer *game, size_t more)
{
    return session_unsent_bytes(&game->session) + more > d->desc.limits.game_queue_soft_bytes;
}

void pressure_check(struct dispatcher *d, struct peer *game, const struct peer *gate, gw_id client)
{
    if (!pressure_is_on(d, game, 0) || !gate->session.said_hello || !peer_is_there(game) ||
        idmap_get(&d->pressure.clients, client))
        return;
    press(d, game, gate, client);
}

void pressure_release(struct dispatcher *d, struct peer *game)
{
    struct pressed *pressed, *next;
    DL_FOREACH_SAFE(game->pressed, pressed, next) {
        tell_resumed(d, pressed);
        forget(d, pressed);
    }
}

void pressure_gate_gone(struct dispatcher *d, const struct peer *gate)
{
    struct pressed *pressed, *next;
    for (size_t i = 0; i < d->games.count; i++)
        DL_FOREACH_SAFE(d->games.all[i]->pressed, pressed, next) {
            if (pressed->gate == gate->id)
                forget(d, pressed);
        }
}

int64_t pressure_turn(struct dispatcher *d)
{
    if (d->stats.pressed_clients == 0)
        return CLOCK_NEVER;
    for (size_t i = 0; i < d->games.count; i++)
        if (session_unsent_bytes(&d->games.all[i]->session) <=
            d->desc.limits.game_queue_soft_bytes / 2)
            pressure_release(d, d->games.all[i]);
    return d->stats.pressed_clients ? d->desc.clock->now_ms + LOOK_MS : CLOCK_NEVER;
}
