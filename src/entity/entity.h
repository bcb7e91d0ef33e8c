/* entity: one entity's life, from its first byte to the free of its last. */
#pragma once

#include "entity/state.h"

/* Where an entity comes from. */
enum entity_origin {
    ENTITY_CREATED_HERE,
    ENTITY_CREATED_FROM_AFAR, /* another process has asked for it */
    ENTITY_SENT_WHOLE,        /* with its attributes: it needs no first save */
    ENTITY_LOADED,
};

/* Makes an entity; on_init has run, and may have ended it. Its caller has entered the world. */
struct entity *entity_new(struct world *w, struct type *type, gw_id id, enum entity_origin origin);
/* The same, but on_init has not run yet. */
struct entity *entity_make(struct world *w, struct type *type, gw_id id, enum entity_origin origin);

/* Its attributes are there: the cluster is told, hooks run. Nothing when on_init has ended it. */
void entity_begin(struct world *w, struct entity *e);
/* The same in a space, where e->position says. */
void entity_begin_in(struct world *w, struct entity *e, struct space *space);

/* It has come from another game, with all that it was. */
void entity_begin_again(struct world *w, struct entity *e);
/* It lives on another game from now on. */
void entity_depart(struct world *w, struct entity *e);

/* Asks the gate of its client whether that is still there, and the entity's. */
void entity_check_client(struct world *w, const struct entity *e);

/* gw_destroy. */
void entity_end(struct world *w, struct entity *e);

/* All are gone from here, and nobody is told. */
void entity_abandon_all(struct world *w);

/* Frees what nothing pins of the destroyed ones. */
void entity_bury(struct world *w);

struct entity *entity_find(const struct world *w, gw_id id); /* NULL when it does not live here */
struct entity *entity_last(const struct type *type);         /* the first that was made, or NULL */
struct type *world_type(const struct world *w, const gw_entity_type *def);
struct type *world_type_named(const struct world *w, struct view name);

/* Runs a hook; nothing for NULL. */
void entity_hook(struct world *w, struct entity *e, void (*hook)(gw_entity *self));
void entity_hook_about(struct world *w, struct entity *e,
                       void (*hook)(gw_entity *self, gw_entity *other), struct entity *other);
/* Around one of another form. */
struct scope entity_hook_begin(struct world *w, struct entity *e);
void entity_hook_end(struct world *w, struct entity *e, struct scope before);

/* Complains of what of its attributes was dropped: a fields_misfit, whose `user` is the entity.
 * Most is held back, with debug=1, too: between games of two versions each arrival has some. */
void entity_log_misfit(void *user, const char *key, size_t key_size, const char *why);

/* Tells of its end: storage has all that it has to. */
void entity_gone(struct world *w, struct type *type, gw_id id);

/* A new one of a type that the game must have, begun by nobody yet. */
struct entity *entity_new_of(struct world *w, const gw_entity_type *def);
/* Asks for one elsewhere; `attrs` is msgpack. */
gw_id entity_create_on(struct world *w, uint16_t gameid, const char *type, struct view attrs);

/* Sends a message that holds nothing but the entity's id. */
void entity_notify(struct world *w, uint16_t message, gw_id id);
