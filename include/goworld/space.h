/* Spaces: where entities are, where they move, and whom they see there.
 *
 * An entity is in exactly one space, which lives on the same game. It starts in the nil space of
 * its game, which is no place: nobody sees anybody there. A space is an entity itself, of the type
 * that stands as `.space` in the game's table; its kind, a number of yours, says what it is:
 *
 *     static void open_arena(gw_entity *space)     // its .on_created
 *     {
 *         if (gw_space_kind(space) == ARENA)
 *             gw_enable_aoi(space, 100);
 *     }
 *
 * In a space with AOI (area of interest) an entity sees what is in a square around it: |dx| <= d
 * and |dz| <= d, where d is its type's .aoi_distance or the space's. Its client has an entity for
 * each that it sees, with the attributes marked GW_ALL_CLIENTS, and is told of what they do. */
#pragma once

#include <goworld/client.h>
#include <goworld/entity.h>
#include <goworld/tree.h>

/* ---- spaces --------------------------------------------------------------------------------- */

/* Creates a space here. The kind is not 0, which is that of nil spaces: that is GW_EINVAL's case,
 * logged, and gives NULL. gw_destroy ends it, and everything that is in it. */
gw_entity *gw_create_space(int64_t kind);
/* Creates one on the game with the least load, or on a given one; its id is known at once. No id
 * for kind 0 (logged). */
gw_id gw_create_space_anywhere(int64_t kind);
gw_id gw_create_space_on(uint16_t gameid, int64_t kind);

/* 0 for a nil space, and for what is no space. */
int64_t gw_space_kind(const gw_entity *space);
bool gw_is_space(const gw_entity *entity);

/* The entities of this space see each other from now on, `distance` far unless their types say
 * otherwise; at most GW_AOI_DISTANCE_MAX. GW_EINVAL (logged) for what is no space or a nil space,
 * when something has entered it already, and for a distance that is not positive. */
#define GW_AOI_DISTANCE_MAX 100000.0f
gw_err gw_enable_aoi(gw_entity *space, float distance);

/* The space that the entity is in; of a space and of a destroyed entity: the nil space. */
gw_entity *gw_space(const gw_entity *entity);
gw_entity *gw_nil_space(void);          /* of this game */
gw_id gw_nil_space_id(uint16_t gameid); /* of any; every game has one, of this id */

/* Calls a method on the nil spaces of all games, this one included. The list is as in call.h. */
void gw_call_nil_spaces(const char *method, gw_list args);

/* ---- being in a space ----------------------------------------------------------------------- */

/* Creates an entity right in a space of this game: it is there before on_created runs. NULL
 * (logged) when the space is none, is destroyed, or the position is not finite. */
gw_entity *gw_create_in(const gw_entity_type *type, gw_entity *space, gw_vec3 position);
#define GW_CREATE_IN(Type, space, position)                                                        \
    ((Type *)gw_create_in(&Type##_type, (space), (position)))

/* Takes the entity to a space anywhere in the cluster, when the running handler has ended. In a
 * space of this game it is at once then; to another game it moves: its attributes, those without
 * flags too, its timers and its client come along, calls wait, and fibers end (after
 * GW_MIGRATE_FIBERS_MS with GW_ECANCELED). on_enter_space tells that it is there,
 * on_enter_space_failed that it is not, within GW_ENTER_SPACE_MS, and the entity is where it was.
 * A later call takes the place of one that has not come to its end; a move within the same space
 * goes like any other. GW_EINVAL (logged) for a space, a service and a position that is not finite;
 * GW_ECANCELED for a destroyed entity, and in the hooks with which one leaves this game. */
#define GW_ENTER_SPACE_MS 120000
#define GW_MIGRATE_FIBERS_MS 5000
GW_NODISCARD gw_err gw_enter_space(gw_entity *entity, gw_id space, gw_vec3 position);

/* GW_EACH_IN(Player, space, player) { ... } walks the entities of one type that were in the space
 * when it began and live; the body may do anything, but await. */
#define GW_EACH_IN(Type, space, name)                                                              \
    GW__EACH_OF_WALK(Type, name, gw_walk_space((space), &Type##_type))
size_t gw_count_in(const gw_entity *space, const gw_entity_type *type); /* NULL: all */

/* ---- position ------------------------------------------------------------------------------- */

gw_vec3 gw_position(const gw_entity *entity);
float gw_yaw(const gw_entity *entity); /* degrees, clockwise from +z as seen from above */

/* Moves it, or turns it; its own client and all that see it are told in the next batch, each
 * position_sync_interval_ms. GW_EINVAL (logged) for what is not finite, GW_ECANCELED for a
 * destroyed entity; then nothing is changed. */
gw_err gw_set_position(gw_entity *entity, gw_vec3 position);
gw_err gw_set_yaw(gw_entity *entity, float yaw);
gw_err gw_face_to(gw_entity *entity, gw_vec3 point);

/* Whether the entity's own client may move it: not until this says so. Everybody else sees that,
 * and the client itself only what the game sets: at once, so that it goes on from there. */
void gw_set_client_syncing(gw_entity *entity, bool syncing);

float gw_distance(const gw_entity *a, const gw_entity *b); /* of their positions */
gw_vec3 gw_vec3_add(gw_vec3 a, gw_vec3 b);
gw_vec3 gw_vec3_sub(gw_vec3 a, gw_vec3 b);
gw_vec3 gw_vec3_scale(gw_vec3 v, float by);
float gw_vec3_length(gw_vec3 v);
gw_vec3 gw_vec3_normalize(gw_vec3 v); /* zero stays zero */
float gw_vec3_yaw(gw_vec3 direction); /* the yaw of who looks that way */

/* ---- sight ---------------------------------------------------------------------------------- */

/* The same for whom `self` sees, and for who sees it. */
#define GW_EACH_SEEN(Type, self, name)                                                             \
    GW__EACH_OF_WALK(Type, name, gw_walk_seen(&(self)->base, &Type##_type))
#define GW_EACH_VIEWER(Type, self, name)                                                           \
    GW__EACH_OF_WALK(Type, name, gw_walk_viewers(&(self)->base, &Type##_type))
bool gw_sees(const gw_entity *viewer, const gw_entity *other);

/* The clients of the entity itself and of all that see it; the call is made on the entity, as they
 * know it. */
static inline gw_clients gw_viewers(gw_entity *entity)
{
    return (gw_clients){.kind = entity ? GW_CLIENTS_THAT_SEE : GW_NOBODY, .owner = entity};
}

/* ---- walking, as the macros do it ----------------------------------------------------------- */

/* What a walk will come by. A type of NULL is any:
 *
 *     gw_walk walk = gw_walk_seen(entity, NULL);
 *     while ((other = gw_walk_next(&walk)))
 *         ...
 */
typedef struct gw_walk {
    size_t from, at, end;
    uint64_t handler;
} gw_walk;
gw_walk gw_walk_space(const gw_entity *space, const gw_entity_type *type);
gw_walk gw_walk_seen(const gw_entity *entity, const gw_entity_type *type);
gw_walk gw_walk_viewers(const gw_entity *entity, const gw_entity_type *type);
gw_entity *gw_walk_next(gw_walk *walk); /* NULL: that was all */
gw_walk *gw_walk_end(gw_walk *walk);    /* forgets the rest; NULL */

#define GW__EACH_OF_WALK(Type, name, begin)                                                        \
    for (gw_walk gw__walk_##name = (begin), *gw__##name = &gw__walk_##name; gw__##name;            \
         gw__##name = gw_walk_end(gw__##name))                                                     \
        for (Type * name; (name = (Type *)gw_walk_next(gw__##name));)
