/* silences: clients from which nothing has come for too long. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct client;
struct gate;

/* Apart from the clients, so that all of them are looked at in one go through little memory. */
struct silences {
    uint32_t *heard_ms; /* by client->index: when something came last, its low half */
    size_t capacity;
    int64_t look_ms; /* when they are looked at next */
};

void silences_fini(struct silences *silences);

/* A packet has come from it, or it starts afresh. */
void silences_heard(struct client *client);
void silences_move(struct gate *g, uint32_t from, uint32_t to); /* a client's index has changed */

/* Closes those that are silent; returns when it wants to be called again. */
int64_t silences_turn(struct gate *g);
