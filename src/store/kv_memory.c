/* Keys and values in memory. */
#include "store/kv.h"
#include "store/memory.h"

#include <stdlib.h>

static gw_err open_database(const char *url, void **out, char **error)
{
    (void)url;
    (void)error;
    *out = mem_zalloc(sizeof(struct memory));
    return GW_OK;
}

static void close_database(void *database)
{
    memory_free(database);
    free(database);
}

static gw_err begin(void *database)
{
    memory_begin(database);
    return GW_OK;
}

static gw_err commit(void *database)
{
    memory_commit(database);
    return GW_OK;
}

static void rollback(void *database)
{
    memory_rollback(database);
}

static gw_err get(void *database, struct view key, struct buf *value)
{
    const struct memory_pair *pair = memory_get(database, key);
    if (!pair)
        return GW_ENOTFOUND;
    buf_append(value, pair->value.data, pair->value.size);
    return GW_OK;
}

static gw_err put(void *database, struct view key, struct view value)
{
    memory_put(database, key, value);
    return GW_OK;
}

static gw_err put_if_absent(void *database, struct view key, struct view value,
                            struct buf *existing)
{
    if (get(database, key, existing) == GW_OK)
        return GW_EEXIST;
    return put(database, key, value);
}

static gw_err remove_key(void *database, struct view key)
{
    return memory_remove(database, key) ? GW_OK : GW_ENOTFOUND;
}

static gw_err range(void *database, struct view begin_key, struct view end_key, uint32_t limit,
                    struct buf *pairs)
{
    const struct memory *table = database;
    size_t first = memory_find(table, begin_key);
    for (size_t i = first; i < table->count && (limit == 0 || i - first < limit); i++) {
        struct view key = view_of(&table->pairs[i].key);
        if (memory_compare(key, end_key) >= 0)
            break;
        gw_err err = kv_append_pair(pairs, key, view_of(&table->pairs[i].value));
        if (err)
            return err;
    }
    return GW_OK;
}

const struct kv_ops kv_memory = {
    .name = "memory",
    .open = open_database,
    .close = close_database,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .get = get,
    .put = put,
    .put_if_absent = put_if_absent,
    .remove = remove_key,
    .range = range,
};
