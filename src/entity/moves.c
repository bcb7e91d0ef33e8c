/* Batches of positions. One goes to each gate by each dispatcher, so that a client hears of an
 * entity behind its creation, by the way that this took. In a batch for a gate of ours a position
 * stands once, and each client has runs of those that it is sent; others are sent pairs. */
#include "entity/moves.h"

#include "aoi/aoi.h"
#include "entity/client.h"
#include "entity/sight.h"
#include "wire/messages.h"

#include <stdlib.h>

#define RECORDS_MAX 32767u            /* in a batch: so many may go to one client at once */
#define BATCH_BYTES_MAX (1024u << 10) /* then it leaves, and another one begins */

/* Positions that follow each other in the batch. */
struct run {
    uint16_t first, count;
};

/* A client that a batch is for. */
struct receiver {
    struct entity *entity;
    struct run *runs;
    uint32_t count, capacity;
    uint32_t batch;
};

struct batch {
    uint16_t gate;
    unsigned path;    /* of the outbox */
    gw_id route;      /* of an entity that takes it */
    bool is_own;      /* the gate, and the dispatcher on the way, are ours */
    struct buf bytes; /* the packet as far as it is: records, or pairs */
    uint32_t records;
    size_t run_bytes;
    const struct entity *last; /* whose record was written last */
};

struct moves {
    struct entity **all;
    size_t count, capacity;
    int64_t due_ms;
    struct batch *batches;
    size_t batch_count;
    struct receiver *receivers;
    size_t receiver_count, receiver_capacity;
};

/* ---- what has moved ------------------------------------------------------------------------- */

/* Where there is no client nobody has to hear of it: one that comes is told the position. */
void moves_note(struct world *w, struct entity *e, unsigned whom)
{
    struct moves *moves = w->moves;
    if (!w->stats.clients)
        return;
    e->moved_for |= (uint8_t)whom;
    if (e->moved)
        return;
    if (moves->count == moves->capacity) {
        moves->capacity = moves->capacity ? moves->capacity * 2 : 64;
        moves->all = mem_realloc(moves->all, moves->capacity * sizeof(struct entity *));
    }
    moves->all[moves->count++] = e;
    e->moved = (uint32_t)moves->count;
}

static void forget(struct entity *e)
{
    e->moved = 0;
    e->moved_for = 0;
}

void moves_forget(struct world *w, struct entity *e)
{
    struct moves *moves = w->moves;
    if (!e->moved)
        return;
    struct entity *last = moves->all[--moves->count];
    moves->all[e->moved - 1] = last;
    last->moved = e->moved;
    forget(e);
}

/* ---- batches -------------------------------------------------------------------------------- */

static void write_record(struct buf *b, const struct entity *e)
{
    write_id(b, e->base.id);
    write_f32(b, e->position.x);
    write_f32(b, e->position.y);
    write_f32(b, e->position.z);
    write_f32(b, e->yaw);
}

static void batch_begin(struct world *w, struct batch *b)
{
    b->is_own = world_speaks_own(w, b->route, b->gate);
    b->records = 0;
    b->run_bytes = 0;
    b->last = NULL;
    buf_clear(&b->bytes);
    write_u16(&b->bytes, b->is_own ? MSG_SYNC_POSITIONS : MSG_SYNC_POSITION_YAW_ON_CLIENTS);
    write_u16(&b->bytes, b->gate);
    if (b->is_own)
        write_u32(&b->bytes, 0); /* how many records: known at the end */
}

static struct batch *batch_find(struct world *w, const struct entity *viewer)
{
    struct moves *moves = w->moves;
    unsigned path = world_path(w, viewer->base.id);
    for (size_t i = 0; i < moves->batch_count; i++)
        if (moves->batches[i].gate == viewer->gateid && moves->batches[i].path == path)
            return &moves->batches[i];
    moves->batches = mem_realloc(moves->batches, (moves->batch_count + 1) * sizeof(struct batch));
    struct batch *b = &moves->batches[moves->batch_count++];
    *b = (struct batch){.gate = viewer->gateid, .path = path, .route = viewer->base.id};
    batch_begin(w, b);
    return b;
}

static void write_runs(struct buf *b, const struct receiver *receiver)
{
    write_id(b, receiver->entity->client);
    write_u16(b, (uint16_t)receiver->count);
    for (uint32_t i = 0; i < receiver->count; i++) {
        write_u16(b, receiver->runs[i].first);
        write_u16(b, receiver->runs[i].count);
    }
}

/* Its receivers are in no batch any more. */
static void write_receivers(struct moves *moves, struct batch *b)
{
    for (size_t i = 0; i < moves->receiver_count; i++) {
        struct receiver *receiver = &moves->receivers[i];
        if (!receiver->entity || &moves->batches[receiver->batch] != b)
            continue;
        if (b->is_own)
            write_runs(&b->bytes, receiver);
        receiver->entity->receiver = 0;
        receiver->entity = NULL;
    }
}

static void batch_send(struct world *w, struct batch *b)
{
    write_receivers(w->moves, b);
    if (b->records == 0)
        return;
    uint32_t records = htole32(b->records);
    if (b->is_own)
        memcpy(b->bytes.data + 2 * sizeof(uint16_t), &records, sizeof records);
    world_send_packet(w, b->route, view_of(&b->bytes));
    w->stats.position_bytes += b->bytes.size;
    w->stats.positions += b->records;
    batch_begin(w, b);
}

static bool is_full(const struct batch *b)
{
    return b->records == RECORDS_MAX || b->bytes.size + b->run_bytes >= BATCH_BYTES_MAX;
}

/* ---- who is told what ----------------------------------------------------------------------- */

/* Those of the last batches are used again, with the room that they have. */
static struct receiver *receiver_new(struct world *w, struct entity *viewer, const struct batch *b)
{
    struct moves *moves = w->moves;
    if (moves->receiver_count == moves->receiver_capacity) {
        size_t old = moves->receiver_capacity;
        moves->receiver_capacity = old ? old * 2 : 64;
        moves->receivers =
            mem_realloc(moves->receivers, moves->receiver_capacity * sizeof(struct receiver));
        memset(moves->receivers + old, 0,
               (moves->receiver_capacity - old) * sizeof(struct receiver));
    }
    struct receiver *receiver = &moves->receivers[moves->receiver_count++];
    receiver->entity = viewer;
    receiver->count = 0;
    receiver->batch = (uint32_t)(b - moves->batches);
    viewer->receiver = (uint32_t)moves->receiver_count;
    return receiver;
}

static void add_run(struct batch *b, struct receiver *receiver)
{
    uint16_t record = (uint16_t)(b->records - 1);
    struct run *last = receiver->count ? &receiver->runs[receiver->count - 1] : NULL;
    if (last && last->first + last->count == record) {
        last->count++;
        return;
    }
    if (!receiver->runs || receiver->count == receiver->capacity) {
        receiver->capacity = receiver->capacity ? receiver->capacity * 2 : 16;
        receiver->runs = mem_realloc(receiver->runs, receiver->capacity * sizeof(struct run));
    }
    receiver->runs[receiver->count++] = (struct run){record, 1};
    b->run_bytes += sizeof(struct run);
}

static void add_pair(struct batch *b, const struct entity *viewer, const struct entity *moved)
{
    write_id(&b->bytes, viewer->client);
    write_record(&b->bytes, moved);
    b->records++;
}

static void tell(struct world *w, struct entity *viewer, const struct entity *moved)
{
    struct moves *moves = w->moves;
    if (gw_id_is_none(viewer->client))
        return;
    struct batch *b = viewer->receiver
                          ? &moves->batches[moves->receivers[viewer->receiver - 1].batch]
                          : batch_find(w, viewer);
    if (b->last != moved && is_full(b))
        batch_send(w, b);
    struct receiver *receiver =
        viewer->receiver ? &moves->receivers[viewer->receiver - 1] : receiver_new(w, viewer, b);
    if (!b->is_own) {
        add_pair(b, viewer, moved);
        return;
    }
    if (b->last != moved) {
        write_record(&b->bytes, moved);
        b->records++;
        b->last = moved;
    }
    add_run(b, receiver);
}

static void tell_all(struct world *w, struct entity *moved)
{
    if (moved->moved_for & MOVED_FOR_OWN)
        tell(w, moved, moved);
    if (!(moved->moved_for & MOVED_FOR_OTHERS))
        return;
    struct aoi_list listeners = sight_listeners(moved);
    for (size_t i = 0; i < listeners.count; i++)
        tell(w, listeners.things[i], moved);
}

/* ---- at once -------------------------------------------------------------------------------- */

void moves_tell_own(struct world *w, struct entity *e)
{
    e->moved_for &= (uint8_t)~MOVED_FOR_OWN;
    if (gw_id_is_none(e->client))
        return;
    buf_clear(&w->out);
    client_write_head(&w->out, MSG_SYNC_POSITION_YAW_ON_CLIENTS, e);
    write_record(&w->out, e);
    world_send(w, e->base.id);
}

/* ---- in time -------------------------------------------------------------------------------- */

/* Which gates and dispatchers are ours may have changed since the last time. */
static void begin_all(struct world *w)
{
    for (size_t i = 0; i < w->moves->batch_count; i++)
        batch_begin(w, &w->moves->batches[i]);
}

static void send_all(struct world *w)
{
    struct moves *moves = w->moves;
    begin_all(w);
    for (size_t i = 0; i < moves->count; i++) {
        tell_all(w, moves->all[i]);
        forget(moves->all[i]);
    }
    moves->count = 0;
    for (size_t i = 0; i < moves->batch_count; i++)
        batch_send(w, &moves->batches[i]);
    moves->receiver_count = 0;
}

int64_t moves_run(struct world *w)
{
    struct moves *moves = w->moves;
    if (!moves->count)
        return CLOCK_NEVER;
    if (w->desc.clock->now_ms < moves->due_ms)
        return moves->due_ms;
    moves->due_ms = w->desc.clock->now_ms + w->desc.position_sync_interval_ms;
    send_all(w);
    return CLOCK_NEVER;
}

void moves_init(struct world *w)
{
    w->moves = mem_zalloc(sizeof *w->moves);
}

void moves_fini(struct world *w)
{
    struct moves *moves = w->moves;
    if (!moves)
        return;
    for (size_t i = 0; i < moves->batch_count; i++)
        buf_free(&moves->batches[i].bytes);
    for (size_t i = 0; i < moves->receiver_capacity; i++)
        free(moves->receivers[i].runs);
    free(moves->receivers);
    free(moves->batches);
    free(moves->all);
    free(moves);
    w->moves = NULL;
}
