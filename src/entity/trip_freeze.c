/* Trips on their way into another process: what was asked, and is under way, stays so. */
#include "entity/entity.h"
#include "entity/frozen.h"
#include "entity/position.h"
#include "entity/trip.h"

static void freeze_trip(const struct world *w, const struct trip *trip, struct buf *b)
{
    write_id(b, trip->entity);
    write_id(b, trip->space);
    write_f32(b, trip->position.x);
    write_f32(b, trip->position.y);
    write_f32(b, trip->position.z);
    write_u8(b, (uint8_t)trip->step);
    write_u16(b, trip->game);
    write_bool(b, trip->is_changed);
    write_left(b, w, trip->ends_at_ms);
    write_left(b, w, trip->leaves_at_ms);
    write_left(b, w, trip->deadline.due_ms);
}

void trips_freeze(const struct world *w, struct buf *b)
{
    size_t position = 0;
    struct idmap_slot *slot;
    write_u32(b, (uint32_t)w->trips.by_entity.count);
    while ((slot = idmap_next(&w->trips.by_entity, &position)))
        freeze_trip(w, slot->value, b);
    size_t begin = write_var_begin(b);
    if (trips_wait(w))
        write_bytes(b, w->trips.beginning.data + w->trips.begun,
                    w->trips.beginning.size - w->trips.begun);
    write_var_end(b, begin);
}

static void keep(struct thaw *t, const struct trip *trip, int64_t due_ms)
{
    struct world *w = t->world;
    if (trip->step > TRIP_LEAVES || !vec3_is_finite(trip->position) ||
        !entity_find(w, trip->entity) || idmap_get(&w->trips.by_entity, trip->entity)) {
        t->in.bad = true;
        return;
    }
    struct trip *kept = mem_alloc(sizeof *kept);
    *kept = *trip;
    kept->deadline.index = HEAP_OUTSIDE;
    idmap_put(&w->trips.by_entity, kept->entity, kept);
    heap_push(&w->trips.deadlines, &kept->deadline, due_ms);
    w->trips.leaving += kept->step == TRIP_LEAVES;
}

static void thaw_trip(struct thaw *t)
{
    struct reader *r = &t->in;
    struct trip trip = {0};
    trip.entity = read_id(r);
    trip.space = read_id(r);
    trip.position.x = read_f32(r);
    trip.position.y = read_f32(r);
    trip.position.z = read_f32(r);
    trip.step = read_u8(r);
    trip.game = read_u16(r);
    trip.is_changed = read_bool(r);
    trip.ends_at_ms = read_due(t);
    trip.leaves_at_ms = read_due(t);
    int64_t due_ms = read_due(t);
    if (!thaw_failed(t))
        keep(t, &trip, due_ms);
}

void trips_thaw(struct thaw *t)
{
    for (uint32_t left = read_u32(&t->in); left && !thaw_failed(t); left--)
        thaw_trip(t);
    struct view beginning = read_var(&t->in);
    if (beginning.size % sizeof(gw_id))
        t->in.bad = true;
    else
        buf_append(&t->world->trips.beginning, beginning.data, beginning.size);
}
