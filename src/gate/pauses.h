/* pauses: clients that are not read for a while, and why. */
#pragma once

#include "base/heap.h"

#include <stdbool.h>

struct client;
struct gate;
struct pause; /* of one client; one that is read has none */

struct pauses {
    struct pause *all;     /* in the order in which it is asked whether they are still there */
    struct pause **queues; /* by dispatcher: those that wait until its queue is short again */
    struct heap rates;     /* those that have sent too much, by when they may go on */
};

void pauses_init(struct pauses *pauses, unsigned dispatchers);
void pauses_fini(struct pauses *pauses); /* all clients are gone */

/* It has sent more than it may, and waits until that is made good. */
void pauses_for_rate(struct client *client, int64_t over_ns);

/* It has sent something through a dispatcher for which too much waits already. */
void pauses_for_queue(struct client *client, unsigned index);

/* That dispatcher wants it paused, because too much waits there for a game; or not any more. */
void pauses_by_dispatcher(struct client *client, unsigned index, bool paused);

/* That dispatcher is gone, and nothing that it wanted counts. */
void pauses_dispatcher_lost(struct gate *g, unsigned index);

void pauses_forget(struct client *client); /* it is gone */

/* Lets go on who may, and closes those that have gone meanwhile; returns when it wants to be called
 * again. */
int64_t pauses_turn(struct gate *g);
