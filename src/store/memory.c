/* An ordered table of keys and values that can take back what a transaction did. */
#include "store/memory.h"

#include "base/assert.h"

#include <stdlib.h>

int memory_compare(struct view a, struct view b)
{
    uint32_t common = a.size < b.size ? a.size : b.size;
    int order = common ? memcmp(a.data, b.data, common) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static struct buf copy_of(struct view bytes)
{
    struct buf b = {0};
    buf_append(&b, bytes.data, bytes.size);
    return b;
}

static void pair_free(struct memory_pair *pair)
{
    buf_free(&pair->key);
    buf_free(&pair->value);
}

size_t memory_find(const struct memory *m, struct view key)
{
    size_t low = 0, high = m->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memory_compare(view_of(&m->pairs[middle].key), key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct memory *m, size_t index, struct view key)
{
    return index < m->count && memory_compare(view_of(&m->pairs[index].key), key) == 0;
}

const struct memory_pair *memory_get(const struct memory *m, struct view key)
{
    size_t index = memory_find(m, key);
    return is_at(m, index, key) ? &m->pairs[index] : NULL;
}

/* Remembers what stands at the key now. */
static void remember(struct memory *m, size_t index, struct view key)
{
    if (!m->in_transaction)
        return;
    if (m->change_count == m->change_capacity) {
        m->change_capacity = m->change_capacity ? m->change_capacity * 2 : 64;
        m->changes = mem_realloc(m->changes, m->change_capacity * sizeof *m->changes);
    }
    struct memory_change change = {.before.key = copy_of(key), .existed = is_at(m, index, key)};
    if (change.existed)
        change.before.value = copy_of(view_of(&m->pairs[index].value));
    m->changes[m->change_count++] = change;
}

static void insert(struct memory *m, size_t index, struct memory_pair pair)
{
    if (m->count == m->capacity) {
        m->capacity = m->capacity ? m->capacity * 2 : 64;
        m->pairs = mem_realloc(m->pairs, m->capacity * sizeof *m->pairs);
    }
    memmove(&m->pairs[index + 1], &m->pairs[index], (m->count - index) * sizeof *m->pairs);
    m->pairs[index] = pair;
    m->count++;
}

static void erase(struct memory *m, size_t index)
{
    pair_free(&m->pairs[index]);
    m->count--;
    memmove(&m->pairs[index], &m->pairs[index + 1], (m->count - index) * sizeof *m->pairs);
}

void memory_put(struct memory *m, struct view key, struct view value)
{
    size_t index = memory_find(m, key);
    remember(m, index, key);
    if (is_at(m, index, key)) {
        buf_clear(&m->pairs[index].value);
        buf_append(&m->pairs[index].value, value.data, value.size);
    } else {
        insert(m, index, (struct memory_pair){copy_of(key), copy_of(value)});
    }
}

bool memory_remove(struct memory *m, struct view key)
{
    size_t index = memory_find(m, key);
    if (!is_at(m, index, key))
        return false;
    remember(m, index, key);
    erase(m, index);
    return true;
}

void memory_begin(struct memory *m)
{
    ASSERT(!m->in_transaction);
    m->in_transaction = true;
}

static void forget_changes(struct memory *m)
{
    for (size_t i = 0; i < m->change_count; i++)
        pair_free(&m->changes[i].before);
    m->change_count = 0;
    m->in_transaction = false;
}

void memory_commit(struct memory *m)
{
    ASSERT(m->in_transaction);
    forget_changes(m);
}

void memory_rollback(struct memory *m)
{
    m->in_transaction = false; /* what follows is not remembered again */
    for (size_t i = m->change_count; i-- > 0;) {
        struct memory_change *change = &m->changes[i];
        struct view key = view_of(&change->before.key);
        if (change->existed)
            memory_put(m, key, view_of(&change->before.value));
        else
            memory_remove(m, key);
    }
    forget_changes(m);
}

void memory_free(struct memory *m)
{
    forget_changes(m);
    for (size_t i = 0; i < m->count; i++)
        pair_free(&m->pairs[i]);
    free(m->pairs);
    free(m->changes);
    *m = (struct memory){0};
}
