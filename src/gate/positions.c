/* positions: see positions.h. */
#include "gate/positions.h"

#include "gate/core.h"
#include "wire/messages.h"

#include <stdlib.h>

void positions_init(struct positions *positions, unsigned dispatchers)
{
    *positions = (struct positions){0};
    positions->for_dispatchers = mem_zalloc(dispatchers * sizeof *positions->for_dispatchers);
}

void positions_fini(struct positions *positions, unsigned dispatchers)
{
    for (unsigned i = 0; i < dispatchers; i++)
        buf_free(&positions->for_dispatchers[i]);
    free(positions->for_dispatchers);
    free(positions->moved);
}

static void moved_add(struct positions *positions, struct client *client)
{
    if (positions->moved_count == positions->moved_capacity) {
        positions->moved_capacity = positions->moved_capacity ? positions->moved_capacity * 2 : 64;
        positions->moved =
            mem_realloc(positions->moved, positions->moved_capacity * sizeof(struct client *));
    }
    positions->moved[positions->moved_count++] = client;
    client->positions.moved_at = (uint32_t)positions->moved_count;
}

void positions_note(struct positions *positions, struct client *client, float x, float y, float z,
                    float yaw)
{
    if (!client->positions.moved_at)
        moved_add(positions, client);
    memcpy(client->positions.latest, (float[4]){x, y, z, yaw}, sizeof client->positions.latest);
}

void positions_forget(struct positions *positions, struct client *client)
{
    uint32_t at = client->positions.moved_at;
    if (!at)
        return;
    struct client *last = positions->moved[--positions->moved_count];
    positions->moved[at - 1] = last;
    last->positions.moved_at = at;
    client->positions.moved_at = 0;
}

static void write_record(struct buf *b, const struct client *client)
{
    write_id(b, client->owner);
    for (unsigned i = 0; i < 4; i++)
        write_f32(b, client->positions.latest[i]);
}

static void send_batch(struct gate *g)
{
    struct positions *positions = &g->positions;
    for (size_t i = 0; i < positions->moved_count; i++) {
        struct client *client = positions->moved[i];
        struct buf *b =
            &positions->for_dispatchers[dispatchers_of_entity(g->dispatchers, client->owner)];
        if (b->size == 0)
            write_u16(b, MSG_SYNC_POSITION_YAW_FROM_CLIENT);
        write_record(b, client);
        client->positions.moved_at = 0;
    }
    positions->moved_count = 0;
    for (unsigned i = 0; i < g->desc.dispatchers; i++) {
        struct buf *b = &positions->for_dispatchers[i];
        if (b->size)
            dispatchers_send(g->dispatchers, i, b->data, b->size);
        buf_clear(b);
    }
}

int64_t positions_turn(struct gate *g)
{
    struct positions *positions = &g->positions;
    int64_t now_ms = g->desc.clock->now_ms;
    if (positions->moved_count == 0)
        return CLOCK_NEVER;
    if (now_ms < positions->due_ms)
        return positions->due_ms;
    positions->due_ms = now_ms + g->desc.position_sync_interval_ms;
    send_batch(g);
    return CLOCK_NEVER;
}
