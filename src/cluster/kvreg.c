/* kvreg: see kvreg.h. */
#include "cluster/kvreg.h"

#include "wire/writer.h"

#include <stdlib.h>

static size_t cost_of(size_t key_size, size_t value_size)
{
    return sizeof(struct kvreg_entry) + key_size + value_size;
}

void kvreg_init(struct kvreg *registry, size_t bytes_max)
{
    *registry = (struct kvreg){.bytes_max = bytes_max};
}

void kvreg_fini(struct kvreg *registry)
{
    struct kvreg_entry *entry = registry->entries;
    HASH_CLEAR(hh, registry->entries);
    while (entry) {
        struct kvreg_entry *next = entry->hh.next;
        free(entry->value);
        free(entry);
        entry = next;
    }
}

struct kvreg_entry *kvreg_find(const struct kvreg *registry, struct view key)
{
    struct kvreg_entry *entry;
    HASH_FIND(hh, registry->entries, key.data, key.size, entry);
    return entry;
}

static struct kvreg_entry *add(struct kvreg *registry, struct view key)
{
    struct kvreg_entry *entry = mem_zalloc(sizeof *entry + key.size);
    if (key.size)
        memcpy(entry->key, key.data, key.size);
    entry->key_size = key.size;
    HASH_ADD_KEYPTR(hh, registry->entries, entry->key, key.size, entry);
    registry->bytes += cost_of(key.size, 0);
    return entry;
}

static void set_value(struct kvreg *registry, struct kvreg_entry *entry, struct view value)
{
    registry->bytes += value.size;
    registry->bytes -= entry->value_size;
    free(entry->value);
    entry->value = mem_alloc(value.size + 1);
    memcpy(entry->value, value.data, value.size);
    entry->value_size = value.size;
}

gw_err kvreg_put(struct kvreg *registry, struct view key, struct view value, uint16_t game,
                 bool force)
{
    struct kvreg_entry *entry = kvreg_find(registry, key);
    if (entry && !force)
        return GW_EEXIST;
    size_t replaced = entry ? cost_of(entry->key_size, entry->value_size) : 0;
    if (cost_of(key.size, value.size) > registry->bytes_max - registry->bytes + replaced)
        return GW_EFULL;
    if (!entry)
        entry = add(registry, key);
    set_value(registry, entry, value);
    entry->game = game;
    entry->in_doubt = false;
    return GW_OK;
}

void kvreg_remove(struct kvreg *registry, struct kvreg_entry *entry)
{
    registry->bytes -= cost_of(entry->key_size, entry->value_size);
    HASH_DEL(registry->entries, entry);
    free(entry->value);
    free(entry);
}

size_t kvreg_count(const struct kvreg *registry)
{
    return HASH_COUNT(registry->entries);
}

struct kvreg_entry *kvreg_next(const struct kvreg *registry, const struct kvreg_entry *after)
{
    return after ? after->hh.next : registry->entries;
}

void kvreg_write(const struct kvreg *registry, struct buf *out)
{
    write_u32(out, (uint32_t)kvreg_count(registry));
    for (const struct kvreg_entry *e = NULL; (e = kvreg_next(registry, e));) {
        write_var(out, e->key, e->key_size);
        write_var(out, e->value, e->value_size);
    }
}
