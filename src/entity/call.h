/* call: methods of entities, called from near and far. */
#pragma once

#include "entity/state.h"

/* Arguments of one call on their way to the handler. */
struct gw_reader {
    struct reader data;   /* what has not been read yet */
    unsigned left, index; /* arguments */
    char *strings;        /* room for NUL-terminated copies of all string arguments */
    const char *problem;  /* why the call must be refused, or NULL */
};

/* `args` is a checked view: u16 count, count x Data. `strings` has room for args.size bytes. */
struct gw_reader call_reader(struct view args, char *strings);

/* Calls the method, in a fiber if it is marked so. Ends the entity's handler: pointers from before
 * are stale. */
void call_invoke(struct world *w, struct entity *e, const gw_method *method, struct view args);

/* Logs and counts a call whose arguments did not fit. */
void call_refuse(struct world *w, const struct entity *e, const gw_method *method,
                 const struct gw_reader *reader);

/* Runs calls between entities of this world that wait for the end of the handler; at most a turn's
 * worth. */
void call_run_local(struct world *w, unsigned *budget);
/* Sends a packet to the entity by its dispatcher; when it comes back everything sent before has
 * come. */
void call_send_fence(struct world *w, const struct entity *e);

bool call_local_waits(const struct world *w);
