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

/* Its attributes are there: the cluster is told, hooks run. Nothing when on_init has ended it. */
void entity_begin(struct world *w, struct entity *e);

/* gw_destroy. */
void entity_end(struct world *w, struct entity *e);

/* Frees what nothing pins of the destroyed ones. */
void entity_bury(struct world *w);

struct entity *entity_find(const struct world *w, gw_id id); /* NULL when it does not live here */
struct type *world_type(const struct world *w, const gw_entity_type *def);
struct type *world_type_named(const struct world *w, struct view name);

/* Runs a hook; nothing for NULL. */
void entity_hook(struct world *w, struct entity *e, void (*hook)(gw_entity *self));

/* Logs what of its attributes was dropped: a fields_misfit, whose `user` is the entity. */
void entity_log_misfit(void *user, const char *key, size_t key_size, const char *why);

/* Tells of its end: storage has all that it has to. */
void entity_gone(struct world *w, struct type *type, gw_id id);

/* Sends a message that holds nothing but the entity's id. */
void entity_notify(struct world *w, uint16_t message, gw_id id);
