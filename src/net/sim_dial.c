/* sim_dial: who listens where, and dials on their way there. */
#include "base/assert.h"
#include "base/buf.h"
#include "net/sim_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum { DIAL_TIMEOUT_US = 10 * 1000 * 1000 };

struct sim_listener {
    struct sim_listener *next;
    char name[64];
    struct sim_host *host;
    struct sim_listen_desc desc;
};

struct sim_dial {
    struct sim_event event;
    struct sim_dial *next;
    struct sim_host *to_host;
    char to[64];
    struct sim_connect_desc desc;
    bool timed_out;
};

static struct sim_listener *find_listener(struct sim *sim, const char *name)
{
    struct sim_listener *listener = sim->listeners;
    while (listener && strcmp(listener->name, name) != 0)
        listener = listener->next;
    return listener;
}

void sim_listen(struct sim *sim, const struct sim_listen_desc *desc)
{
    struct sim_listener *listener = find_listener(sim, desc->name);
    if (!listener) {
        listener = mem_zalloc(sizeof *listener);
        listener->next = sim->listeners;
        sim->listeners = listener;
        snprintf(listener->name, sizeof listener->name, "%s", desc->name);
        listener->host = sim_host_of(sim, desc->name);
    }
    listener->desc = *desc;
}

void sim_listeners_remove(struct sim *sim, const struct sim_host *host)
{
    struct sim_listener **at = &sim->listeners;
    while (*at) {
        struct sim_listener *listener = *at;
        if (host && listener->host != host) {
            at = &listener->next;
            continue;
        }
        *at = listener->next;
        free(listener);
    }
}

static void dial_free(struct sim *sim, struct sim_dial *dial)
{
    struct sim_dial **at = &sim->dials;
    while (*at != dial)
        at = &(*at)->next;
    *at = dial->next;
    sim_event_cancel(sim, &dial->event);
    free(dial);
}

void sim_dials_remove(struct sim *sim, const struct sim_host *from)
{
    for (struct sim_dial *dial = sim->dials, *next; dial; dial = next) {
        next = dial->next;
        if (!from || dial->event.host == from)
            dial_free(sim, dial);
    }
}

static void dial_failed(struct sim *sim, struct sim_dial *dial, const char *reason)
{
    struct sim_connect_desc desc = dial->desc;
    dial_free(sim, dial);
    desc.connected(desc.user, NULL, reason);
}

/* The system of a paused listener accepts for it: it hears of that when it goes on. */
static void accept_at(struct sim_end *far, struct sim_listen_desc listener)
{
    if (far->host->paused) {
        far->listener = listener;
        sim_end_schedule(far);
        return;
    }
    sim_host_wake(far->host);
    listener.accepted(listener.user, &far->link);
    ASSERT(far->link.events);
}

static void dial_accepted(struct sim *sim, struct sim_dial *dial, struct sim_listener *listener)
{
    struct sim_connect_desc desc = dial->desc;
    struct sim_host *from = dial->event.host;
    struct sim_end *near = sim_end_create(sim, from, listener->host, &desc.limits);
    struct sim_end *far = sim_end_create(sim, listener->host, from, &listener->desc.limits);
    bool near_first = random_below(&near->random, 2) == 0;
    near->peer = far;
    far->peer = near;
    dial_free(sim, dial);
    if (near_first)
        desc.connected(desc.user, &near->link, NULL);
    accept_at(far, listener->desc);
    if (!near_first)
        desc.connected(desc.user, &near->link, NULL);
    ASSERT(near->link.events);
}

static void dial_due(struct sim *sim, struct sim_event *event)
{
    struct sim_dial *dial = (struct sim_dial *)event;
    struct sim_listener *listener = find_listener(sim, dial->to);
    if (dial->timed_out) {
        dial_failed(sim, dial, "the peer does not answer");
    } else if (sim_is_parted(sim, event->host, dial->to_host)) {
        dial->timed_out = true;
        sim_event_at(sim, event, sim->now_us + DIAL_TIMEOUT_US);
    } else if (!listener) {
        dial_failed(sim, dial, "the connection was refused");
    } else {
        dial_accepted(sim, dial, listener);
    }
}

void sim_connect(struct sim *sim, const struct sim_connect_desc *desc)
{
    struct sim_dial *dial = mem_zalloc(sizeof *dial);
    struct sim_host *from = sim_host_of(sim, desc->from);
    dial->event = (struct sim_event){.host = from, .run = dial_due};
    dial->to_host = sim_host_of(sim, desc->to);
    snprintf(dial->to, sizeof dial->to, "%s", desc->to);
    dial->desc = *desc;
    dial->next = sim->dials;
    sim->dials = dial;
    sim_event_at(sim, &dial->event,
                 sim->now_us + (int64_t)random_between(&from->random, sim->desc.delay_us_min,
                                                       sim->desc.delay_us_max));
}
