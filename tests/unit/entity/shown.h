/* shown: what clients have been shown by a world under test, as the packets say that it sent. */
#pragma once

#include "fixture.h"

#include "base/idmap.h"

#define SHOWN_CLIENTS_MAX 8u

/* A client. What it is shown comes in order: its player, the space that is in, the others there;
 * and goes the other way round. */
struct shown {
    gw_id client;
    bool is_connected;
    gw_id player, space; /* none: it has none */
    struct idmap others;
};

/* Reads all packets that were sent since the last time. A test fails when they show a client what
 * it knows already, take from it what it does not know, or do so in another order. */
void shown_read(struct shown clients[SHOWN_CLIENTS_MAX], struct fixture *f);

bool shown_knows(const struct shown *shown, gw_id entity);
size_t shown_count(const struct shown *shown); /* player, space and others */
void shown_forget(struct shown *shown);        /* its connection has ended */
