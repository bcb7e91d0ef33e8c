/* sight: tells clients and games who begins to see whom, and who ceases to. */
#pragma once

#include "entity/state.h"

struct aoi;

struct aoi *sight_aoi_create(struct world *w);

/* The entity has come into its space, or leaves it: its client sees the space, and all that its AOI
 * says is told. */
void sight_begin(struct world *w, struct entity *e);
void sight_end(struct world *w, struct entity *e);

/* It has got a client, or lost it: nothing is told, who shows things to clients is asked for it. */
void sight_client_changed(struct entity *e);

/* Whom it sees; who sees it and has a client, or a hook. Good until anything moves. */
struct aoi_list sight_of(const struct entity *e);
struct aoi_list sight_listeners(const struct entity *e);

/* The hooks of what was seen and lost from sight since the last time. */
void sights_run(struct world *w, unsigned *budget);
bool sights_wait(const struct world *w);
bool sights_are_full(const struct world *w); /* more wait than some turns run */
