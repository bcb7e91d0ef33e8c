/* Keys and values in memory, for tests and the simulator: a sorted array, copied whole for a
 * transaction's rollback. */
#include "store/kv.h"
#include "wire/writer.h"

#include <stdlib.h>

struct pair {
    struct buf key, value;
};

struct pairs {
    struct pair *all;
    size_t count;
};

struct memory {
    struct pairs now, before; /* before: as begin found it */
};

static void copy_bytes(struct buf *to, struct view from)
{
    buf_clear(to);
    if (from.size)
        buf_append(to, from.data, from.size);
}

static struct view view_of(const struct buf *b)
{
    return (struct view){b->data, (uint32_t)b->size};
}

static void pairs_free(struct pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        buf_free(&pairs->all[i].key);
        buf_free(&pairs->all[i].value);
    }
    free(pairs->all);
    *pairs = (struct pairs){0};
}

static struct pairs pairs_copy(const struct pairs *from)
{
    struct pairs to = {mem_zalloc((from->count + 1) * sizeof(struct pair)), from->count};
    for (size_t i = 0; i < from->count; i++) {
        copy_bytes(&to.all[i].key, view_of(&from->all[i].key));
        copy_bytes(&to.all[i].value, view_of(&from->all[i].value));
    }
    return to;
}

static int compare(struct view a, struct view b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size ? memcmp(a.data, b.data, size) : 0;
    if (order)
        return order;
    return (a.size > b.size) - (a.size < b.size);
}

/* The first pair whose key is not less. */
static size_t lower_bound(const struct pairs *pairs, struct view key)
{
    size_t low = 0, high = pairs->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(view_of(&pairs->all[middle].key), key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct pair *find(const struct pairs *pairs, struct view key)
{
    size_t at = lower_bound(pairs, key);
    bool found = at < pairs->count && compare(view_of(&pairs->all[at].key), key) == 0;
    return found ? &pairs->all[at] : NULL;
}

static gw_err open_database(const char *url, void **database, char **error)
{
    (void)url;
    (void)error;
    *database = mem_zalloc(sizeof(struct memory));
    return GW_OK;
}

static void close_database(void *database)
{
    struct memory *m = database;
    pairs_free(&m->now);
    pairs_free(&m->before);
    free(m);
}

static gw_err begin(void *database)
{
    struct memory *m = database;
    m->before = pairs_copy(&m->now);
    return GW_OK;
}

static gw_err commit(void *database)
{
    pairs_free(&((struct memory *)database)->before);
    return GW_OK;
}

static void rollback(void *database)
{
    struct memory *m = database;
    pairs_free(&m->now);
    m->now = m->before;
    m->before = (struct pairs){0};
}

static gw_err get(void *database, struct view key, struct buf *value)
{
    const struct pair *pair = find(&((struct memory *)database)->now, key);
    if (!pair)
        return GW_ENOTFOUND;
    if (pair->value.size)
        buf_append(value, pair->value.data, pair->value.size);
    return GW_OK;
}

static gw_err put(void *database, struct view key, struct view value)
{
    struct pairs *pairs = &((struct memory *)database)->now;
    struct pair *pair = find(pairs, key);
    if (!pair) {
        size_t at = lower_bound(pairs, key);
        pairs->all = mem_realloc(pairs->all, (pairs->count + 1) * sizeof *pair);
        pair = &pairs->all[at];
        memmove(pair + 1, pair, (pairs->count - at) * sizeof *pair);
        *pair = (struct pair){0};
        pairs->count++;
        copy_bytes(&pair->key, key);
    }
    copy_bytes(&pair->value, value);
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
    struct pairs *pairs = &((struct memory *)database)->now;
    struct pair *pair = find(pairs, key);
    if (!pair)
        return GW_ENOTFOUND;
    buf_free(&pair->key);
    buf_free(&pair->value);
    memmove(pair, pair + 1, (size_t)(pairs->all + --pairs->count - pair) * sizeof *pair);
    return GW_OK;
}

static gw_err range(void *database, struct view begin_key, struct view end_key, uint32_t limit,
                    struct buf *out)
{
    const struct pairs *pairs = &((struct memory *)database)->now;
    uint32_t count = 0;
    for (size_t at = lower_bound(pairs, begin_key); at < pairs->count; at++) {
        struct view key = view_of(&pairs->all[at].key), value = view_of(&pairs->all[at].value);
        if (compare(key, end_key) >= 0 || (limit && count++ == limit))
            break;
        write_var(out, key.data, key.size);
        write_var(out, value.data, value.size);
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
