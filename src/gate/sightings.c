/* sightings: see sightings.h. */
#include "gate/sightings.h"

#include "gate/clients.h"
#include "gate/send.h"
#include "wire/messages.h"

#define RECORD_BYTES 32u                               /* EntityID, f32 x, y, z, yaw */
#define ADDRESSED_BYTES (sizeof(gw_id) + RECORD_BYTES) /* ClientID before it */
#define RECORDS_MAX                                                                                \
    32767u /* in a packet to a client: just under 1 MiB, Unity clients refuse more */

void sightings_fini(struct sightings *sightings)
{
    buf_free(&sightings->receivers);
    buf_free(&sightings->grouped);
}

/* ---- to one client --------------------------------------------------------------------------- */

/* Whether it can do without: newer ones will come when it has read what waits, or has its view. */
static bool is_behind(const struct client *client)
{
    return client->is_away || client->is_stale || client->link->out.bytes > SIGHTINGS_UNSENT_MAX;
}

static void send_records(struct client *client, const uint8_t *records, uint32_t count)
{
    static const uint8_t type[2] = {MSG_SYNC_POSITION_YAW_ON_CLIENTS & 0xff,
                                    MSG_SYNC_POSITION_YAW_ON_CLIENTS >> 8};
    struct gate_stats *stats = &client->gate->stats;
    if (is_behind(client)) {
        stats->positions_skipped += count;
        return;
    }
    stats->positions_sent += count;
    stats->position_bytes += (uint64_t)count * RECORD_BYTES;
    while (count > 0) {
        uint32_t some = count < RECORDS_MAX ? count : RECORDS_MAX;
        client_send2(client, (struct view){type, sizeof type},
                     (struct view){records, some * RECORD_BYTES});
        records += some * RECORD_BYTES;
        count -= some;
    }
}

/* ---- in pairs -------------------------------------------------------------------------------- */

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
            last->sightings.count++;
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
        if (!client || client->sightings.count == 0)
            continue;
        client->sightings.from = used;
        used += client->sightings.count;
        client->sightings.count = 0;
    }
    return used;
}

static void fill_in(struct view records, struct client **receivers, uint8_t *grouped)
{
    for (uint32_t i = 0; i < records.size / ADDRESSED_BYTES; i++) {
        struct client *client = receivers[i];
        if (!client)
            continue;
        uint32_t at = client->sightings.from + client->sightings.count++;
        memcpy(grouped + at * RECORD_BYTES, records.data + i * ADDRESSED_BYTES + sizeof(gw_id),
               RECORD_BYTES);
    }
}

static void send_grouped(struct client *client, const uint8_t *grouped)
{
    send_records(client, grouped + client->sightings.from * RECORD_BYTES, client->sightings.count);
    client->sightings.count = 0;
}

bool sightings_deliver_pairs(struct gate *g, struct view records)
{
    if (records.size % ADDRESSED_BYTES != 0)
        return false;
    struct sightings *sightings = &g->sightings;
    uint32_t count = (uint32_t)(records.size / ADDRESSED_BYTES);
    buf_clear(&sightings->receivers);
    buf_clear(&sightings->grouped);
    struct client **receivers = (struct client **)(void *)buf_reserve(
        &sightings->receivers, count * sizeof(struct client *));
    find_receivers(g, records, receivers);
    uint32_t used = lay_out(receivers, count);
    uint8_t *grouped = buf_reserve(&sightings->grouped, (size_t)used * RECORD_BYTES);
    fill_in(records, receivers, grouped);
    for (uint32_t i = 0; i < count; i++)
        if (receivers[i] && receivers[i]->sightings.count > 0)
            send_grouped(receivers[i], grouped);
    return true;
}

/* ---- in runs --------------------------------------------------------------------------------- */

#define RUN_BYTES 4u /* u16 first, u16 count */

/* What is behind the records: for each client a ClientID, u16 count, and so many runs. */
struct entry {
    gw_id client;
    struct view runs;
};

static bool next_entry(struct reader *r, struct entry *entry)
{
    if (r->bad || !reader_left(r))
        return false;
    entry->client = read_id(r);
    entry->runs = read_bytes(r, read_u16(r) * RUN_BYTES);
    return !r->bad;
}

/* How many records that is. */
static uint32_t runs_total(struct view runs)
{
    struct reader r = reader_of(runs.data, runs.size);
    uint32_t total = 0;
    while (reader_left(&r)) {
        read_u16(&r);
        total += read_u16(&r);
    }
    return total;
}

/* A client needs no record twice, and a small packet must not become a large one. */
static bool runs_fit(struct view runs, uint32_t records)
{
    struct reader r = reader_of(runs.data, runs.size);
    while (reader_left(&r)) {
        uint32_t first = read_u16(&r), count = read_u16(&r);
        if (first + count > records)
            return false;
    }
    return runs_total(runs) <= records;
}

static bool all_fit(struct reader r, uint32_t records)
{
    struct entry entry;
    while (next_entry(&r, &entry))
        if (!runs_fit(entry.runs, records))
            return false;
    return !r.bad;
}

static void send_runs(struct gate *g, struct client *client, struct view runs,
                      const uint8_t *records)
{
    struct buf *grouped = &g->sightings.grouped;
    struct reader r = reader_of(runs.data, runs.size);
    if (is_behind(client)) {
        g->stats.positions_skipped += runs_total(runs);
        return;
    }
    buf_clear(grouped);
    while (reader_left(&r)) {
        uint32_t first = read_u16(&r), count = read_u16(&r);
        write_bytes(grouped, records + first * RECORD_BYTES, count * RECORD_BYTES);
    }
    send_records(client, grouped->data, (uint32_t)(grouped->size / RECORD_BYTES));
}

bool sightings_deliver_runs(struct gate *g, struct view bytes)
{
    struct reader r = reader_of(bytes.data, bytes.size);
    uint32_t count = read_u32(&r);
    if (count > RECORDS_MAX)
        return false;
    struct view records = read_bytes(&r, count * RECORD_BYTES);
    struct entry entry;
    if (r.bad || !all_fit(r, count))
        return false;
    while (next_entry(&r, &entry)) {
        struct client *client = clients_get(g, entry.client);
        if (client)
            send_runs(g, client, entry.runs, records.data);
        else
            g->stats.unknown_clients.count++;
    }
    return true;
}
