/* pauses: see pauses.h. A client may be paused for several reasons at once; its link is read again
 * when none is left. */
#include "gate/pauses.h"

#include "gate/clients.h"

#include <inttypes.h>
#include <stdlib.h>
#include <utlist.h>

enum {
    /* Beyond what the rate asks for, so that clients are not paused and let go for single packets.
     */
    RATE_PAUSE_MS = 100,
    QUEUE_LOOK_MS = 10, /* nothing tells when a queue has become short */
    /* A paused link does not tell that its peer has closed. Not sooner, so that what a client sends
     * last, and is only held up, still comes. */
    GONE_LOOK_MS = 5000,
};

enum reason {
    FOR_RATE = 1u << 0,
    FOR_QUEUE = 1u << 1,
    BY_DISPATCHER = 1u << 2,
};

struct pause {
    struct client *client;
    struct pause *prev, *next;             /* in pauses->all */
    struct pause *queue_prev, *queue_next; /* in pauses->queues[queue] */
    struct heap_node rate;                 /* in pauses->rates */
    struct buf dispatchers;                /* uint16_t indexes of those that want it paused */
    int64_t look_ms;                       /* when it is asked whether it is still there */
    unsigned reasons;                      /* of enum reason */
    unsigned queue;                        /* index of the dispatcher */
};

void pauses_init(struct pauses *pauses, unsigned dispatchers)
{
    *pauses = (struct pauses){.queues = mem_zalloc(dispatchers * sizeof(struct pause *))};
}

void pauses_fini(struct pauses *pauses)
{
    heap_free(&pauses->rates);
    free(pauses->queues);
}

static void look_later(struct gate *g, struct pause *pause)
{
    pause->look_ms = g->desc.clock->now_ms + GONE_LOOK_MS;
    DL_APPEND(g->pauses.all, pause);
}

static struct pause *begin(struct client *client)
{
    struct gate *g = client->gate;
    if (client->pause)
        return client->pause;
    struct pause *pause = mem_zalloc(sizeof *pause);
    pause->client = client;
    pause->rate.index = HEAP_OUTSIDE;
    client->pause = pause;
    look_later(g, pause);
    g->stats.paused_clients++;
    link_pause(client->link, true);
    return pause;
}

/* The client is read again, unless another reason is left. */
static void end(struct pause *pause, enum reason reason)
{
    struct client *client = pause->client;
    pause->reasons &= ~reason;
    if (pause->reasons)
        return;
    pauses_forget(client);
    silences_heard(client); /* what it has said meanwhile is about to be read */
    link_pause(client->link, false);
}

void pauses_for_rate(struct client *client, int64_t over_ns)
{
    struct gate *g = client->gate;
    struct pause *pause = begin(client);
    int64_t wait_ms = over_ns / RATE_NS_PER_MS + RATE_PAUSE_MS;
    gate_complain(g, rate_pauses, "client_sends_too_much",
                  "client=" GW_ID_FORMAT " address=%s paused_ms=%" PRId64, GW_ID_ARG(client->id),
                  client->link->address, wait_ms);
    pause->reasons |= FOR_RATE;
    heap_remove(&g->pauses.rates, &pause->rate);
    heap_push(&g->pauses.rates, &pause->rate, g->desc.clock->now_ms + wait_ms);
}

static void leave_queue(struct gate *g, struct pause *pause)
{
    struct pause **queue = &g->pauses.queues[pause->queue];
    if (pause->reasons & FOR_QUEUE)
        DL_DELETE2(*queue, pause, queue_prev, queue_next);
}

/* Of a paused client no packet comes, so that it is in one queue at most. */
void pauses_for_queue(struct client *client, unsigned index)
{
    struct gate *g = client->gate;
    struct pause *pause = begin(client);
    gate_complain(g, queue_pauses, "dispatcher_is_congested", "dispid=%u client=" GW_ID_FORMAT,
                  index + 1, GW_ID_ARG(client->id));
    leave_queue(g, pause);
    pause->reasons |= FOR_QUEUE;
    pause->queue = index;
    DL_APPEND2(g->pauses.queues[index], pause, queue_prev, queue_next);
}

/* Takes the dispatcher out of those that want it paused. */
static void remove_dispatcher(struct pause *pause, unsigned index)
{
    uint16_t *list = (uint16_t *)(void *)pause->dispatchers.data;
    size_t count = pause->dispatchers.size / sizeof *list, kept = 0;
    for (size_t i = 0; i < count; i++)
        if (list[i] != index)
            list[kept++] = list[i];
    pause->dispatchers.size = kept * sizeof *list;
}

static void begin_by_dispatcher(struct client *client, unsigned index)
{
    uint16_t listed = (uint16_t)index;
    struct pause *pause = begin(client);
    client->gate->stats.game_pauses++;
    remove_dispatcher(pause, index); /* it may have said so already */
    buf_append(&pause->dispatchers, &listed, sizeof listed);
    pause->reasons |= BY_DISPATCHER;
}

static void end_by_dispatcher(struct pause *pause, unsigned index)
{
    if (!(pause->reasons & BY_DISPATCHER))
        return;
    remove_dispatcher(pause, index);
    if (pause->dispatchers.size == 0)
        end(pause, BY_DISPATCHER);
}

void pauses_by_dispatcher(struct client *client, unsigned index, bool paused)
{
    if (paused)
        begin_by_dispatcher(client, index);
    else if (client->pause)
        end_by_dispatcher(client->pause, index);
}

void pauses_dispatcher_lost(struct gate *g, unsigned index)
{
    struct pause *pause, *next;
    DL_FOREACH_SAFE(g->pauses.all, pause, next) {
        end_by_dispatcher(pause, index);
    }
}

void pauses_forget(struct client *client)
{
    struct gate *g = client->gate;
    struct pause *pause = client->pause;
    if (!pause)
        return;
    client->pause = NULL;
    leave_queue(g, pause);
    heap_remove(&g->pauses.rates, &pause->rate);
    DL_DELETE(g->pauses.all, pause);
    g->stats.paused_clients--;
    buf_free(&pause->dispatchers);
    free(pause);
}

static struct pause *pause_of(struct heap_node *node)
{
    return (struct pause *)((char *)node - offsetof(struct pause, rate));
}

static int64_t end_rates(struct gate *g)
{
    struct heap_node *first;
    while ((first = heap_first(&g->pauses.rates)) && first->due_ms <= g->desc.clock->now_ms) {
        heap_remove(&g->pauses.rates, first);
        end(pause_of(first), FOR_RATE);
    }
    return first ? first->due_ms : CLOCK_NEVER;
}

static void end_queue(struct gate *g, unsigned index)
{
    struct pause *pause, *next;
    DL_FOREACH_SAFE2(g->pauses.queues[index], pause, next, queue_next)
    {
        leave_queue(g, pause);
        end(pause, FOR_QUEUE);
    }
}

static int64_t end_queues(struct gate *g)
{
    int64_t due_ms = CLOCK_NEVER;
    for (unsigned i = 0; i < g->desc.dispatchers; i++) {
        if (g->pauses.queues[i] && dispatchers_has_drained(g->dispatchers, i))
            end_queue(g, i);
        else if (g->pauses.queues[i])
            due_ms = g->desc.clock->now_ms + QUEUE_LOOK_MS;
    }
    return due_ms;
}

static void close_gone(struct gate *g, struct client *client)
{
    g->stats.gone_paused_clients++;
    link_close(client->link, "the peer closed the connection while it was paused");
}

static int64_t look_for_gone(struct gate *g)
{
    struct pause *first;
    while ((first = g->pauses.all) && first->look_ms <= g->desc.clock->now_ms) {
        DL_DELETE(g->pauses.all, first);
        look_later(g, first);
        if (link_has_gone(first->client->link))
            close_gone(g, first->client);
    }
    return first ? first->look_ms : CLOCK_NEVER;
}

int64_t pauses_turn(struct gate *g)
{
    int64_t rates_ms = end_rates(g), queues_ms = end_queues(g), gone_ms = look_for_gone(g);
    int64_t due_ms = rates_ms < queues_ms ? rates_ms : queues_ms;
    return due_ms < gone_ms ? due_ms : gone_ms;
}
