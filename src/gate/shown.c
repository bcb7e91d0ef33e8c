/* shown: see shown.h. Each entity has one record for all of its viewers; a client has a small
 * open-addressing table of pointers to such records. */
#include "gate/shown.h"

#include "base/assert.h"
#include "base/hash.h"
#include "gate/core.h"
#include "gate/send.h"
#include "wire/messages.h"

#include <stdlib.h>

#define CAPACITY_MIN 8u /* of a table, which is a power of two, and at most three quarters full */

/* One entity that clients see. */
struct shown {
    gw_id id;
    uint32_t hash; /* of the id: the order of a table must not hang on addresses */
    uint32_t viewers;
    uint32_t type_size;
    uint8_t type[];
};

struct shown_set {
    uint32_t count, capacity;
    struct shown *slots[]; /* NULL: free */
};

/* ---- the record of an entity ----------------------------------------------------------------- */

static struct shown *hold(struct gate *g, gw_id id, struct view type)
{
    struct shown *shown = idmap_get(&g->shown, id);
    if (!shown) {
        shown = mem_zalloc(sizeof *shown + type.size);
        *shown = (struct shown){
            .id = id, .hash = (uint32_t)hash64_16(id.text, g->desc.seed), .type_size = type.size};
        memcpy(shown->type, type.data, type.size);
        idmap_put(&g->shown, id, shown);
    }
    shown->viewers++;
    g->stats.shown_entities++;
    return shown;
}

static void release(struct gate *g, struct shown *shown)
{
    g->stats.shown_entities--;
    if (--shown->viewers > 0)
        return;
    idmap_remove(&g->shown, shown->id);
    free(shown);
}

void shown_fini(struct idmap *entities)
{
    ASSERT(entities->count == 0); /* the clients are gone */
    idmap_free(entities);
}

static bool is_space(const struct shown *shown)
{
    return view_equals((struct view){shown->type, shown->type_size}, SPACE_TYPE_NAME);
}

/* ---- the table of a client ------------------------------------------------------------------- */

static uint32_t home_of(const struct shown_set *set, const struct shown *shown)
{
    return shown->hash & (set->capacity - 1);
}

static uint32_t after(const struct shown_set *set, uint32_t at)
{
    return (at + 1) & (set->capacity - 1);
}

/* Where it stands, or the free slot where it would. */
static uint32_t find(const struct shown_set *set, const struct shown *shown)
{
    uint32_t at = home_of(set, shown);
    while (set->slots[at] && set->slots[at] != shown)
        at = after(set, at);
    return at;
}

static void insert(struct shown_set *set, struct shown *shown)
{
    set->slots[find(set, shown)] = shown;
    set->count++;
}

/* What follows moves back into the gap, unless it stands between its home and there. */
static void erase(struct shown_set *set, uint32_t gap)
{
    set->count--;
    for (uint32_t at = after(set, gap); set->slots[at]; at = after(set, at)) {
        uint32_t from_home = (at - home_of(set, set->slots[at])) & (set->capacity - 1);
        if (from_home < ((at - gap) & (set->capacity - 1)))
            continue;
        set->slots[gap] = set->slots[at];
        gap = at;
    }
    set->slots[gap] = NULL;
}

static struct shown_set *set_create(uint32_t capacity)
{
    struct shown_set *set = mem_zalloc(sizeof *set + capacity * sizeof(struct shown *));
    set->capacity = capacity;
    return set;
}

static struct shown_set *set_with_room(struct shown_set *old)
{
    if (!old)
        return set_create(CAPACITY_MIN);
    if (old->count + 1 <= old->capacity - old->capacity / 4)
        return old;
    struct shown_set *set = set_create(old->capacity * 2);
    for (uint32_t i = 0; i < old->capacity; i++)
        if (old->slots[i])
            insert(set, old->slots[i]);
    free(old);
    return set;
}

/* NULL when it does not see that. */
static struct shown *seen(const struct client *client, gw_id entity)
{
    struct shown *shown = client->shown ? idmap_get(&client->gate->shown, entity) : NULL;
    return shown && client->shown->slots[find(client->shown, shown)] ? shown : NULL;
}

/* ---- what others do -------------------------------------------------------------------------- */

static void send_end(struct client *client, const struct shown *shown)
{
    struct buf *b = gate_scratch(client->gate);
    msg_destroy_entity_on_client_write(
        b, &(struct msg_destroy_entity_on_client){.gate = client->gate->desc.gateid,
                                                  .client = client->id,
                                                  .type = {shown->type, shown->type_size},
                                                  .entity = shown->id});
    client_send(client, view_of(b));
}

bool shown_has(const struct client *client, gw_id entity)
{
    return seen(client, entity) != NULL;
}

void shown_add(struct client *client, gw_id entity, struct view type)
{
    const struct shown *before = seen(client, entity);
    if (before) {
        send_end(client, before);
        return;
    }
    client->shown = set_with_room(client->shown);
    insert(client->shown, hold(client->gate, entity, type));
}

bool shown_remove(struct client *client, gw_id entity)
{
    struct shown *shown = seen(client, entity);
    if (!shown)
        return false;
    erase(client->shown, find(client->shown, shown));
    release(client->gate, shown);
    if (client->shown->count == 0)
        shown_forget(client);
    return true;
}

static void hide(struct client *client, bool spaces)
{
    const struct shown_set *set = client->shown;
    for (uint32_t i = 0; set && i < set->capacity; i++)
        if (set->slots[i] && is_space(set->slots[i]) == spaces)
            send_end(client, set->slots[i]);
}

void shown_hide_all(struct client *client)
{
    hide(client, false);
    hide(client, true);
    shown_forget(client);
}

void shown_forget(struct client *client)
{
    struct shown_set *set = client->shown;
    for (uint32_t i = 0; set && i < set->capacity; i++)
        if (set->slots[i])
            release(client->gate, set->slots[i]);
    free(set);
    client->shown = NULL;
}
