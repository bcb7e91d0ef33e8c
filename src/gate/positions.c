/* positions: see positions.h. */
#include "gate/positions.h"

#include "gate/clients.h"
#include "gate/send.h"
#include "wire/messages.h"

#include <stdlib.h>

#define RECORD_BYTES 32u                               /* EntityID, f32 x, y, z, yaw */
#define ADDRESSED_BYTES (sizeof(gw_id) + RECORD_BYTES) /* ClientID before it */
#define CLIENT_RECORDS_MAX 32767u /* just under 1 MiB: Unity clients refuse more */

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
    buf_free(&positions->receivers);
    buf_free(&positions->grouped);
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

/* Each record's client, NULL where it is gone; counts how many each client gets. Neighbouring
 * records are often for the same client. */
static void find_receivers(struct gate *g, struct view records, struct client **receivers)
{
    gw_id last_id = {0};
    struct client *last = NULL;
    for (uint32_t i = 0; i < records.size / ADDRESSED_BYTES; i++) {
        gw_id id;
        memcpy(&id, records.data + i * ADDRESSED_BYTES, sizeof id);
        if (!gw_id_equal(id, last_id)) {
            last = clients_get(g, id);
            last_id = id;
        }
        receivers[i] = last;
        if (last)
            last->positions.to_send++;
        else
            g->stats.unknown_clients.count++;
    }
}

/* Gives each client its stretch of the grouped records; `send_from` then moves on as they are
 * filled in. */
static uint32_t lay_out(struct client **receivers, uint32_t count)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct client *client = receivers[i];
        if (!client || client->positions.to_send == 0)
            continue;
        client->positions.send_from = used;
        used += client->positions.to_send;
        client->positions.to_send = 0;
    }
    return used;
}

static void fill_in(struct view records, struct client **receivers, uint8_t *grouped)
{
    for (uint32_t i = 0; i < records.size / ADDRESSED_BYTES; i++) {
        struct client *client = receivers[i];
        if (!client)
            continue;
        uint32_t at = client->positions.send_from + client->positions.to_send++;
        memcpy(grouped + at * RECORD_BYTES, records.data + i * ADDRESSED_BYTES + sizeof(gw_id),
               RECORD_BYTES);
    }
}

static void send_grouped(struct client *client, const uint8_t *grouped)
{
    static const uint8_t type[2] = {MSG_SYNC_POSITION_YAW_ON_CLIENTS & 0xff,
                                    MSG_SYNC_POSITION_YAW_ON_CLIENTS >> 8};
    uint32_t at = client->positions.send_from, left = client->positions.to_send;
    while (left > 0) {
        uint32_t count = left < CLIENT_RECORDS_MAX ? left : CLIENT_RECORDS_MAX;
        client_send2(client, (struct view){type, sizeof type},
                     (struct view){grouped + at * RECORD_BYTES, count * RECORD_BYTES});
        at += count;
        left -= count;
    }
    client->positions.to_send = 0;
}

bool positions_deliver(struct gate *g, struct view records)
{
    if (records.size % ADDRESSED_BYTES != 0)
        return false;
    struct positions *positions = &g->positions;
    uint32_t count = (uint32_t)(records.size / ADDRESSED_BYTES);
    buf_clear(&positions->receivers);
    buf_clear(&positions->grouped);
    struct client **receivers = (struct client **)(void *)buf_reserve(
        &positions->receivers, count * sizeof(struct client *));
    find_receivers(g, records, receivers);
    uint32_t used = lay_out(receivers, count);
    uint8_t *grouped = buf_reserve(&positions->grouped, (size_t)used * RECORD_BYTES);
    fill_in(records, receivers, grouped);
    for (uint32_t i = 0; i < count; i++)
        if (receivers[i] && receivers[i]->positions.to_send > 0)
            send_grouped(receivers[i], grouped);
    return true;
}
