/* fanout: one packet for many clients, made once for each dialect. */
#pragma once

#include "gate/dialect.h"
#include "wire/packet.h"

struct client;

/* As the clients of one dialect get it. */
struct fanout_form {
    struct view packet;    /* no data: none has asked for it yet */
    struct packet *shared; /* NULL for a small one: a copy for each is cheaper */
    struct buf bytes;      /* where it lies, unless it is as it came */
};

struct fanout {
    struct view packet; /* borrowed; of 2020 */
    enum dialect dialect;
    struct fanout_form *form; /* of that dialect: clients that follow each other mostly share it */
    struct fanout_form forms[DIALECT_COUNT];
};

void fanout_init(struct fanout *fanout, struct view packet);
void fanout_fini(struct fanout *fanout);
void fanout_send(struct fanout *fanout, struct client *client);
