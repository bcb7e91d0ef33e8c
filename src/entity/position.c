/* Positions of entities: set by the game, and by a client that may. */
#include "entity/position.h"

#include "aoi/aoi.h"
#include "entity/entity.h"
#include "entity/moves.h"
#include "entity/sight.h"
#include "entity/space.h"

#define RECORD_BYTES 32u /* EntityID, f32 x, y, z, yaw */
#define BATCH 32u        /* records whose entities are fetched together */

void position_set(struct world *w, struct entity *e, gw_vec3 position, float yaw, unsigned whom)
{
    e->position = position;
    e->yaw = yaw;
    if (e->member)
        aoi_move(e->space->aoi, e->member, position.x, position.z);
    moves_note(w, e, whom);
}

/* A client that moves it goes on from there as soon as it hears of that. */
void position_place(struct world *w, struct entity *e, gw_vec3 position, float yaw)
{
    position_set(w, e, position, yaw, e->syncing ? MOVED_FOR_OTHERS : MOVED_FOR_ALL);
    if (e->syncing)
        moves_tell_own(w, e);
}

/* ---- from clients --------------------------------------------------------------------------- */

/* Which of its entities a client may move is known to its gate, when that may be known to us. */
static void take(struct world *w, struct entity *e, struct reader *r)
{
    gw_vec3 position;
    position.x = read_f32(r);
    position.y = read_f32(r);
    position.z = read_f32(r);
    float yaw = read_f32(r);
    if (!e || !e->syncing || gw_id_is_none(e->client) || entity_is_dead(e))
        return;
    if (e->moved_for & MOVED_FOR_OWN)
        return; /* its client does not know yet where the game has put it */
    if (vec3_is_finite(position) && isfinite(yaw))
        position_set(w, e, position, yaw, MOVED_FOR_OTHERS);
    else
        world_complain(w, positions_bad, "position_refused",
                       "entity=%s/" GW_ID_FORMAT " why=\"it is not finite\"", e->type->def->name,
                       GW_ID_ARG(e->base.id));
}

static uint64_t prefetch(const struct world *w, const uint8_t *record)
{
    gw_id id;
    memcpy(&id, record, sizeof id);
    return idmap_prefetch(&w->entities, id);
}

void world_positions(struct world *w, struct view records)
{
    if (records.size % RECORD_BYTES) {
        world_bad_packet(w, "SYNC_POSITION_YAW_FROM_CLIENT");
        return;
    }
    if (sights_are_full(w)) {
        world_complain(w, positions_late, "positions_passed_over",
                       "count=%u why=\"too many hooks of what entities see wait\"",
                       records.size / RECORD_BYTES);
        return;
    }
    struct scope before = world_enter(w, NULL);
    for (uint32_t at = 0; at < records.size;) {
        uint64_t hashes[BATCH];
        uint32_t count = (records.size - at) / RECORD_BYTES;
        count = count < BATCH ? count : BATCH;
        for (uint32_t i = 0; i < count; i++)
            hashes[i] = prefetch(w, records.data + at + i * RECORD_BYTES);
        for (uint32_t i = 0; i < count; i++, at += RECORD_BYTES) {
            struct reader r = reader_of(records.data + at, RECORD_BYTES);
            gw_id id = read_id(&r);
            take(w, idmap_get_hashed(&w->entities, id, hashes[i]), &r);
        }
    }
    world_leave(w, before);
}

/* ---- what games call ------------------------------------------------------------------------ */

gw_vec3 gw_position(const gw_entity *entity)
{
    return entity_of(entity)->position;
}

float gw_yaw(const gw_entity *entity)
{
    return entity_of(entity)->yaw;
}

static gw_err set(const char *what, gw_entity *entity, gw_vec3 position, float yaw)
{
    struct world *w = world_running();
    struct entity *e = entity_of(entity);
    if (entity_is_dead(e))
        return GW_ECANCELED;
    if (!vec3_is_finite(position) || !isfinite(yaw)) {
        world_misuse(w, entity, what, "it is not finite");
        return GW_EINVAL;
    }
    if (e->type->is_space) {
        world_misuse(w, entity, what, "a space has no place");
        return GW_EINVAL;
    }
    position_place(w, e, position, yaw);
    return GW_OK;
}

gw_err gw_set_position(gw_entity *entity, gw_vec3 position)
{
    return set("gw_set_position", entity, position, entity_of(entity)->yaw);
}

gw_err gw_set_yaw(gw_entity *entity, float yaw)
{
    return set("gw_set_yaw", entity, entity_of(entity)->position, yaw);
}

gw_err gw_face_to(gw_entity *entity, gw_vec3 point)
{
    return gw_set_yaw(entity, gw_vec3_yaw(gw_vec3_sub(point, gw_position(entity))));
}

void gw_set_client_syncing(gw_entity *entity, bool syncing)
{
    entity_of(entity)->syncing = syncing;
}

float gw_distance(const gw_entity *a, const gw_entity *b)
{
    return gw_vec3_length(gw_vec3_sub(gw_position(a), gw_position(b)));
}
