/* Entities: what a game is made of. Each has a type, an id that is unique in the cluster, and lives
 * on one game. */
#pragma once

#include <goworld/attr.h>
#include <goworld/types.h>

typedef struct gw_entity gw_entity;
typedef struct gw_entity_type gw_entity_type;
struct gw_method;
struct gw_client_method;

/* The first member, named `base`, of every entity struct. Read only. A pointer to an entity is good
 * until the handler that has it ends or awaits; keep the id across time. */
struct gw_entity {
    const gw_entity_type *type;
    gw_id id;
};

/* A type of entities. Zero is the default of everything but name and size. */
struct gw_entity_type {
    const char *name;                /* on the wire and in storage */
    size_t size;                     /* sizeof the struct; an entity starts zeroed */
    const gw_attr *attrs;            /* ends with GW_ATTR_END; NULL: none */
    const struct gw_method *methods; /* what GW_RPC_DEFINE made: Avatar_methods; NULL: none */
    const struct gw_client_method *client_methods; /* what GW_CLIENT_RPC_DEFINE made, for tools;
                                                      NULL: not told */
    bool persistent;         /* saved when created, at each save_interval and when destroyed */
    unsigned service_shards; /* > 0: a service of that many entities, which the engine creates; see
                                service.h; at most GW_SERVICE_SHARDS_MAX */
    float aoi_distance;      /* how far it sees in a space with AOI (space.h), at most
                                GW_AOI_DISTANCE_MAX; 0: as far as the space says */
    unsigned aoi;            /* gw_aoi_flags; 0: it sees and is seen */

    /* Hooks, in the order of an entity's life; NULL: nothing to do. None of them may await. */
    void (*on_init)(gw_entity *self);             /* attributes still have their zero values */
    void (*on_attrs_ready)(gw_entity *self);      /* attributes are there: loaded, or come along */
    void (*on_created)(gw_entity *self);          /* it begins, others can call it from now on:
                                                     attributes get their first values */
    void (*on_client_connected)(gw_entity *self); /* it has got a client, which has seen it */
    void (*on_client_lost)(gw_entity *self);      /* its client has gone, or was given away */
    void (*on_destroy)(gw_entity *self);          /* free what is no attribute */

    /* Where it is (space.h). Nil spaces are no places: nobody enters or leaves them. */
    void (*on_enter_space)(gw_entity *self);                   /* it is there, at its position */
    void (*on_leave_space)(gw_entity *self, gw_entity *space); /* it was there until now */
    void (*on_enter_space_failed)(gw_entity *self, gw_id space, gw_err why); /* gw_enter_space */
    /* It sees the other, or does so no more: once each, by turns, when the handler that moved one
     * of them has ended. The other may be destroyed. */
    void (*on_enter_aoi)(gw_entity *self, gw_entity *other);
    void (*on_leave_aoi)(gw_entity *self, gw_entity *other);
    /* It moves to another game, as the last that it does here: free what is no attribute. Then it
     * is there, in the nil space, about to enter the space that it moves for. */
    void (*on_migrate_out)(gw_entity *self);
    void (*on_migrate_in)(gw_entity *self);

    /* A new program takes over the game (docs/guide/reload.md). Attributes, timers, clients, places
     * go with the entity by themselves; on_freeze puts into `carried` what is no attribute, and
     * changes nothing else: when the new program is refused, the entity goes on here. on_restored
     * runs in the new one when all entities are there, behind on_init and on_attrs_ready. What
     * either returns but GW_OK calls the whole off. */
    gw_err (*on_freeze)(gw_entity *self, gw_map carried);
    gw_err (*on_restored)(gw_entity *self, gw_map carried);

    /* Of a space: an entity is in it, behind on_enter_space of that; was in it, behind
     * on_leave_space. */
    void (*on_entity_entered)(gw_entity *self, gw_entity *entity);
    void (*on_entity_left)(gw_entity *self, gw_entity *entity);
};

/* What an entity has no part in, where others see each other. */
typedef enum gw_aoi_flags {
    GW_AOI_BLIND = 1u << 0,  /* it sees nobody */
    GW_AOI_UNSEEN = 1u << 1, /* nobody sees it */
} gw_aoi_flags;

/* Casts to the struct of an entity whose type is known; stops the process when it is of another
 * type. */
#define GW_AS(Type, entity) ((Type *)gw_check_type((entity), &Type##_type))
gw_entity *gw_check_type(gw_entity *entity, const gw_entity_type *type);

/* GW_CREATE(Avatar) creates an entity here; GW_FIND(Avatar, id) is the living entity of this game
 * with that id, or NULL when there is none, or one of another type: right for an id that somebody
 * sent. */
#define GW_CREATE(Type) ((Type *)gw_create(&Type##_type))
#define GW_FIND(Type, id) ((Type *)gw_find_of_type(&Type##_type, (id)))

/* Creates an entity on this game. The type has to be in the game's table, and no service: else the
 * process stops. */
gw_entity *gw_create(const gw_entity_type *type);
/* Creates one on the game with the least load, or on a given one; its id is known at once, calls
 * wait for it. */
gw_id gw_create_anywhere(const gw_entity_type *type);
gw_id gw_create_on(uint16_t gameid, const gw_entity_type *type);

/* Bring a saved entity to life, here or elsewhere; no effect when it lives already. Calls made
 * meanwhile wait for it. */
void gw_load(const gw_entity_type *type, gw_id id);
void gw_load_anywhere(const gw_entity_type *type, gw_id id);
void gw_load_on(uint16_t gameid, const gw_entity_type *type, gw_id id);

/* Ends its life: on_destroy runs now, a persistent one is saved, a client it still has is
 * disconnected. The memory stays until the handler ends. Doing it again has no effect. */
void gw_destroy(gw_entity *entity);
bool gw_is_destroyed(const gw_entity *entity);

/* Saves now what is persistent. Does nothing for a type that is not. */
void gw_save(gw_entity *entity);

/* The living entity of this game with that id, or NULL. */
gw_entity *gw_find(gw_id id);
gw_entity *gw_find_of_type(const gw_entity_type *type, gw_id id);

/* GW_EACH(Player, player) { ... } walks the living entities of one type on this game. The body may
 * destroy any of them; those it creates are not walked. */
#define GW_EACH(Type, name)                                                                        \
    for (Type *name = (Type *)gw_next(&Type##_type, NULL); name;                                   \
         name = (Type *)gw_next(&Type##_type, &name->base))
gw_entity *gw_next(const gw_entity_type *type, const gw_entity *after);
size_t gw_count(const gw_entity_type *type);

uint16_t gw_game_id(void); /* of the game that runs the handler */
