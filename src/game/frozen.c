/* A game at rest as bytes: what it knows of its dispatchers, its copy of the registry, what was
 * held for it, and its world, behind a head by which damage is seen. */
#include "game/core.h"

#include "base/hash.h"
#include "base/sentence.h"
#include "entity/freeze.h"

#include <stdlib.h>

#define MAGIC "GWFROZEN"
#define MAGIC_BYTES 8u
#define CONTAINER_VERSION 1u
#define HEAD_BYTES (MAGIC_BYTES + 4u + 8u + 8u) /* magic, version, size of the rest, its hash */

/* ---- writing -------------------------------------------------------------------------------- */

static void freeze_membership(const struct game *g, unsigned index, struct buf *b)
{
    const struct membership *m = &g->memberships[index];
    write_u64(b, m->epoch);
    write_bool(b, dispatchers_has_said_hello(g->dispatchers, index));
    size_t begin = write_var_begin(b);
    for (unsigned gate = 1; gate < GAMES_MAX; gate++)
        if (numbers_has(&m->gates, (uint16_t)gate))
            write_u16(b, (uint16_t)gate);
    write_var_end(b, begin);
}

static void freeze_body(struct game *g, struct buf *b)
{
    write_u16(b, (uint16_t)g->desc.dispatchers);
    for (unsigned i = 0; i < g->desc.dispatchers; i++)
        freeze_membership(g, i, b);
    size_t begin = write_var_begin(b);
    registry_freeze(g->registry, b);
    write_var_end(b, begin);
    write_var(b, g->rest.held.data, g->rest.held.size);
    write_var(b, g->rest.frozen.data, g->rest.frozen.size);
}

void game_freeze(struct game *g, struct buf *out)
{
    size_t head = out->size;
    ASSERT(g->rest.step == REST_READY);
    buf_reserve(out, HEAD_BYTES);
    out->size += HEAD_BYTES;
    freeze_body(g, out);
    uint8_t bytes[HEAD_BYTES];
    struct buf b = {.data = bytes, .capacity = sizeof bytes};
    const uint8_t *body = out->data + head + HEAD_BYTES;
    size_t size = out->size - head - HEAD_BYTES;
    write_bytes(&b, MAGIC, MAGIC_BYTES);
    write_u32(&b, CONTAINER_VERSION);
    write_u64(&b, size);
    write_u64(&b, hash64(body, size, 0));
    memcpy(out->data + head, bytes, HEAD_BYTES);
}

/* ---- reading -------------------------------------------------------------------------------- */

static gw_err refuse(char **error, const char *why)
{
    *error = mem_strdup(why);
    return GW_EPROTO;
}

static gw_err check_head(struct reader *r, char **error)
{
    struct view magic = read_bytes(r, MAGIC_BYTES);
    if (r->bad || memcmp(magic.data, MAGIC, MAGIC_BYTES) != 0)
        return refuse(error, "it is no frozen game");
    uint32_t version = read_u32(r);
    if (!r->bad && version != CONTAINER_VERSION) {
        *error = sentence("it was frozen by another version of the engine (form %u; this one "
                          "reads %u)",
                          version, CONTAINER_VERSION);
        return GW_EPROTO;
    }
    uint64_t size = read_u64(r), hash = read_u64(r);
    if (r->bad || reader_left(r) < size)
        return refuse(error, "it is cut off");
    if (reader_left(r) > size || hash64(r->at, size, 0) != hash)
        return refuse(error, "it is damaged");
    return GW_OK;
}

static void thaw_membership(struct reader *r, struct membership *m)
{
    m->epoch = read_u64(r);
    m->knew_own = read_bool(r);
    struct view gates = read_var(r);
    struct reader each = reader_of(gates.data, gates.size);
    while (reader_left(&each))
        numbers_set(&m->gates, read_u16(&each), true);
}

/* With another number of dispatchers each entity is another one's: nothing that was known of them
 * holds. */
static void thaw_memberships(struct game *g, struct reader *r)
{
    unsigned count = read_u16(r);
    struct membership unused = {0};
    for (unsigned i = 0; i < count && !r->bad; i++)
        thaw_membership(r, count == g->desc.dispatchers ? &g->memberships[i] : &unused);
    for (unsigned i = 0; i < g->desc.dispatchers; i++)
        g->memberships[i].restores = true;
}

static bool held_is_good(const struct game *g, struct view held)
{
    struct reader r = reader_of(held.data, held.size);
    while (reader_left(&r)) {
        unsigned index = read_u16(&r);
        struct view packet = read_var(&r);
        if (r.bad || index >= g->desc.dispatchers || packet.size < 2)
            return false;
    }
    return true;
}

gw_err game_restore(struct game *g, struct view frozen, char **error)
{
    struct reader r = reader_of(frozen.data, frozen.size);
    gw_err err = check_head(&r, error);
    if (err)
        return err;
    thaw_memberships(g, &r);
    struct view registry = read_var(&r), held = read_var(&r), world = read_var(&r);
    if (r.bad || !held_is_good(g, held))
        return refuse(error, "it is damaged");
    err = world_restore(g->world, world, error);
    if (err)
        return err;
    registry_thaw(g->registry, registry);
    rest_wait(g, held);
    return GW_OK;
}
