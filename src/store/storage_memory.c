/* Entities in memory: the key is the type, a zero byte and the id. */
#include "store/memory.h"
#include "store/storage.h"

#include <stdlib.h>

struct database {
    struct memory table;
    struct buf key;
};

static gw_err open_database(const char *url, void **out, char **error)
{
    (void)url;
    (void)error;
    *out = mem_zalloc(sizeof(struct database));
    return GW_OK;
}

static void close_database(void *user)
{
    struct database *d = user;
    memory_free(&d->table);
    buf_free(&d->key);
    free(d);
}

static gw_err begin(void *user)
{
    memory_begin(&((struct database *)user)->table);
    return GW_OK;
}

static gw_err commit(void *user)
{
    memory_commit(&((struct database *)user)->table);
    return GW_OK;
}

static void rollback(void *user)
{
    memory_rollback(&((struct database *)user)->table);
}

static struct view key_of(struct database *d, const char *type, const gw_id *id)
{
    buf_clear(&d->key);
    buf_append(&d->key, type, strlen(type) + 1);
    if (id)
        buf_append(&d->key, id->text, sizeof id->text);
    return view_of(&d->key);
}

static gw_err save(void *user, const char *type, gw_id id, struct view data)
{
    struct database *d = user;
    memory_put(&d->table, key_of(d, type, &id), data);
    return GW_OK;
}

static gw_err load(void *user, const char *type, gw_id id, struct buf *data)
{
    struct database *d = user;
    const struct memory_pair *pair = memory_get(&d->table, key_of(d, type, &id));
    if (!pair)
        return GW_ENOTFOUND;
    buf_append(data, pair->value.data, pair->value.size);
    return GW_OK;
}

static gw_err exists(void *user, const char *type, gw_id id)
{
    struct database *d = user;
    return memory_get(&d->table, key_of(d, type, &id)) ? GW_OK : GW_ENOTFOUND;
}

static gw_err list(void *user, const char *type, struct buf *ids)
{
    struct database *d = user;
    struct view prefix = key_of(d, type, NULL);
    for (size_t i = memory_find(&d->table, prefix); i < d->table.count; i++) {
        const struct buf *key = &d->table.pairs[i].key;
        if (key->size < prefix.size || memcmp(key->data, prefix.data, prefix.size) != 0)
            break;
        buf_append(ids, key->data + prefix.size, sizeof(gw_id));
    }
    return GW_OK;
}

const struct storage_ops storage_memory = {
    .name = "memory",
    .open = open_database,
    .close = close_database,
    .begin = begin,
    .save = save,
    .commit = commit,
    .rollback = rollback,
    .load = load,
    .exists = exists,
    .list = list,
};
