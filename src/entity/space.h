/* space: the places that entities are in, and how they come and go. */
#pragma once

#include "entity/entity.h"

/* What the engine keeps of a space, beside its entity. */
struct space {
    struct entity *entity;
    int64_t kind;         /* 0: a nil space */
    struct entity *first; /* of those in it */
    size_t count;
    struct aoi *aoi; /* NULL: nobody sees anybody */
    float distance;  /* of sight, for types that have none of their own */
};

#define SPACE_KIND "_K" /* the attribute that has its kind */

/* The nil space is there from the beginning; its hooks run in the first turn. It ends when all
 * else has ended. */
void spaces_init(struct world *w);
void spaces_begin(struct world *w);
void spaces_end(struct world *w);

/* Counts who sees whom in all spaces, for the metric; at most once a second. */
void spaces_count_neighbours(struct world *w);

/* Makes one of no kind yet, as entity_make does. */
struct entity *space_make(struct world *w, gw_id id);
/* Makes a space, as entity_new does. NULL for kind 0. */
struct entity *space_new(struct world *w, gw_id id, int64_t kind, enum entity_origin origin);
void space_end(struct world *w, struct space *space); /* everything that is in it ends */
void space_free(struct space *space);

/* The space that the entity is, or NULL; the one of that id that can be entered here, or NULL. */
struct space *space_of(const struct entity *e);
struct space *space_find(const struct world *w, gw_id id);

/* One that was just made is in the nil space; one that is freed in none. */
void space_put(struct space *space, struct entity *e);
void space_take(struct entity *e);

/* It is there, and all that follows: its client sees the space, others see it, hooks run. It was in
 * the nil space, and afterwards it may be anywhere. */
void space_enter(struct world *w, struct space *space, struct entity *e, gw_vec3 position);
/* Back to the nil space, likewise. */
void space_leave(struct world *w, struct entity *e);
