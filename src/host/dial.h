/* dial: connects to the dispatchers of a configuration. */
#pragma once

#include "host/host.h"
#include "net/link.h"

struct dialler;

struct dialler_desc {
    struct host *host;
    const struct conf *conf;
    /* The answer, as dispatchers_up and dispatchers_down want it. */
    void (*up)(void *user, unsigned index, struct link *link);
    void (*down)(void *user, unsigned index);
    void *user;
};

struct dialler *dialler_create(const struct dialler_desc *desc); /* borrows what it points to */
void dialler_destroy(struct dialler *dialler); /* after the loop has ended; NULL does nothing */

/* Dials dispatcher `index` + 1; `up` or `down` follows, not from inside this call. */
void dialler_dial(struct dialler *dialler, unsigned index);
