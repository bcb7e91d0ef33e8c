/* A list of chunks: bytes are copied into the last one, large packets have a chunk of their own. */
#include "wire/outq.h"

#include "base/assert.h"
#include "base/buf.h"

#include <endian.h>
#include <stdlib.h>

struct outq_chunk {
    struct outq_chunk *next;
    struct packet *packet;         /* what is shared instead of bytes, or NULL */
    uint32_t begin, end, capacity; /* [begin, end) is not yet sent; a shared one has no room left */
    uint32_t kept_from; /* what is sent of [kept_from, end) is kept, if the queue keeps */
    uint8_t bytes[];
};

/* An idle connection that says a few words takes a small chunk; one that is behind takes large
 * ones. */
enum {
    SMALL_BYTES = 4096,
    LARGE_BYTES = 64 * 1024,
    SMALL_CAPACITY = SMALL_BYTES - (int)sizeof(struct outq_chunk),
    LARGE_CAPACITY = LARGE_BYTES - (int)sizeof(struct outq_chunk),
    FREE_BYTES_MAX_DEFAULT = 4 * 1024 * 1024,
};

/* Returns the list of the pool that keeps chunks of this capacity. */
static struct outq_chunk **free_list(struct outq_pool *pool, uint32_t capacity)
{
    return capacity == 0                ? &pool->free_shared
           : capacity == SMALL_CAPACITY ? &pool->free_small
                                        : &pool->free_large;
}

static size_t chunk_bytes(uint32_t capacity)
{
    return sizeof(struct outq_chunk) + capacity;
}

static struct outq_chunk *chunk_take(struct outq_pool *pool, uint32_t capacity)
{
    struct outq_chunk **list = free_list(pool, capacity);
    struct outq_chunk *chunk = *list;
    if (chunk) {
        *list = chunk->next;
        pool->free_bytes -= chunk_bytes(capacity);
    } else {
        chunk = mem_alloc(chunk_bytes(capacity));
    }
    *chunk = (struct outq_chunk){.capacity = capacity};
    return chunk;
}

static void chunk_give_back(struct outq_pool *pool, struct outq_chunk *chunk)
{
    uint32_t capacity = chunk->packet ? 0 : chunk->capacity;
    size_t max = pool->free_bytes_max ? pool->free_bytes_max : FREE_BYTES_MAX_DEFAULT;
    packet_unref(chunk->packet);
    if (pool->free_bytes + chunk_bytes(capacity) > max) {
        free(chunk);
        return;
    }
    struct outq_chunk **list = free_list(pool, capacity);
    chunk->next = *list;
    *list = chunk;
    pool->free_bytes += chunk_bytes(capacity);
}

static void free_all(struct outq_chunk *chunk)
{
    while (chunk) {
        struct outq_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
}

void outq_pool_free(struct outq_pool *pool)
{
    free_all(pool->free_small);
    free_all(pool->free_large);
    free_all(pool->free_shared);
    *pool = (struct outq_pool){.free_bytes_max = pool->free_bytes_max};
}

void outq_init(struct outq *q, struct outq_pool *pool, size_t bytes_max)
{
    *q = (struct outq){.pool = pool, .bytes_max = bytes_max};
}

void outq_clear(struct outq *q)
{
    outq_keep(q, NULL);
    outq_consume(q, q->bytes);
}

static void link_last(struct outq *q, struct outq_chunk *chunk)
{
    if (q->last)
        q->last->next = chunk;
    else
        q->first = chunk;
    q->last = chunk;
}

bool outq_has_room(const struct outq *q, size_t bytes)
{
    return q->bytes_max == 0 || (q->bytes <= q->bytes_max && bytes <= q->bytes_max - q->bytes);
}

static size_t room_of_last(const struct outq *q)
{
    return q->last ? q->last->capacity - q->last->end : 0;
}

/* What comes after a full chunk is large. Behind a shared packet it is small: between many of
 * those, large chunks with a few bytes each would hold far more memory than the queue's limit says.
 */
static void add_room(struct outq *q)
{
    bool is_behind = q->last && !q->last->packet;
    link_last(q, chunk_take(q->pool, is_behind ? LARGE_CAPACITY : SMALL_CAPACITY));
}

static void append(struct outq *q, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    while (size > 0) {
        if (room_of_last(q) == 0)
            add_room(q);
        size_t part = room_of_last(q) < size ? room_of_last(q) : size;
        mem_copy_short(q->last->bytes + q->last->end, at, part);
        q->last->end += (uint32_t)part;
        q->bytes += part;
        at += part;
        size -= part;
    }
}

/* A packet that the last chunk has no room for, or that is refused. */
NEVER_INLINE gw_err put_across(struct outq *q, struct outq_span head, struct outq_span tail)
{
    if (head.size > PACKET_PAYLOAD_BYTES_MAX || tail.size > PACKET_PAYLOAD_BYTES_MAX - head.size ||
        !outq_has_room(q, PACKET_HEADER_BYTES + head.size + tail.size))
        return GW_EFULL;
    uint32_t header = htole32((uint32_t)(head.size + tail.size));
    append(q, &header, PACKET_HEADER_BYTES);
    append(q, head.data, head.size);
    append(q, tail.data, tail.size);
    return GW_OK;
}

/* What is counted is written once, at the end: bytes that are copied might be it, for all the
 * compiler knows. */
ALWAYS_INLINE gw_err put(struct outq *q, struct outq_span head, struct outq_span tail)
{
    struct outq_chunk *last = q->last;
    size_t room = last ? last->capacity - last->end : 0;
    size_t size = PACKET_HEADER_BYTES + head.size + tail.size;
    if (head.size > room || tail.size > room || size > room || !outq_has_room(q, size))
        return put_across(q, head, tail);
    uint32_t header = htole32((uint32_t)(head.size + tail.size));
    uint8_t *at = last->bytes + last->end;
    memcpy(at, &header, PACKET_HEADER_BYTES);
    mem_copy_short(at + PACKET_HEADER_BYTES, head.data, head.size);
    if (tail.size)
        mem_copy_short(at + PACKET_HEADER_BYTES + head.size, tail.data, tail.size);
    last->end += (uint32_t)size;
    q->bytes += size;
    return GW_OK;
}

gw_err outq_put(struct outq *q, const void *payload, size_t size)
{
    return put(q, (struct outq_span){payload, size}, (struct outq_span){0});
}

gw_err outq_put2(struct outq *q, const void *head, size_t head_size, const void *tail,
                 size_t tail_size)
{
    return put(q, (struct outq_span){head, head_size}, (struct outq_span){tail, tail_size});
}

static void share(struct outq *q, struct packet *packet)
{
    struct outq_chunk *chunk = chunk_take(q->pool, 0);
    chunk->packet = packet_ref(packet);
    chunk->end = chunk->capacity = packet->size;
    link_last(q, chunk);
    q->bytes += packet->size;
}

gw_err outq_put_packet(struct outq *q, struct packet *packet)
{
    if (!outq_has_room(q, packet->size))
        return GW_EFULL;
    if (packet->size < OUTQ_SHARE_BYTES)
        append(q, packet->bytes, packet->size);
    else
        share(q, packet);
    return GW_OK;
}

gw_err outq_put_raw(struct outq *q, const void *bytes, size_t size)
{
    if (!outq_has_room(q, size))
        return GW_EFULL;
    append(q, bytes, size);
    return GW_OK;
}

/* What is there now is not kept. */
static void keep_from_here(struct outq *q)
{
    for (struct outq_chunk *c = q->first; c; c = c->next)
        c->kept_from = c->end;
}

/* What is there now will be kept. */
static void keep_unsent(struct outq *q)
{
    for (struct outq_chunk *c = q->first; c; c = c->next)
        c->kept_from = c->begin;
}

void outq_splice(struct outq *to, struct outq *from)
{
    ASSERT(to->pool == from->pool && to != from && !(to->kept && from->kept));
    if (from->kept)
        keep_from_here(to);
    else if (to->kept)
        keep_unsent(from);
    if (to->last)
        to->last->next = from->first;
    else
        to->first = from->first;
    if (from->last)
        to->last = from->last;
    to->bytes += from->bytes;
    if (from->kept)
        to->kept = from->kept;
    from->first = from->last = NULL;
    from->bytes = 0;
    from->kept = NULL;
}

size_t outq_peek(const struct outq *q, struct outq_span *spans, size_t spans_max)
{
    size_t count = 0;
    for (const struct outq_chunk *c = q->first; c && count < spans_max; c = c->next) {
        const uint8_t *bytes = c->packet ? c->packet->bytes : c->bytes;
        if (c->begin < c->end)
            spans[count++] =
                (struct outq_span){.data = bytes + c->begin, .size = c->end - c->begin};
    }
    return count;
}

/* A queue that keeps goes on to fill its last chunk after all of that was sent: one chunk for each
 * small packet that is kept would be far more memory than they need. */
static bool is_used_up(const struct outq *q)
{
    const struct outq_chunk *c = q->first;
    return c && c->begin == c->end && !(q->kept && c == q->last && room_of_last(q) > 0);
}

static void kept_add(struct outq_kept *kept, struct outq_chunk *chunk)
{
    chunk->next = NULL;
    if (kept->last)
        kept->last->next = chunk;
    else
        kept->first = chunk;
    kept->last = chunk;
}

static void retire_first(struct outq *q)
{
    struct outq_chunk *first = q->first;
    q->first = first->next;
    if (!q->first)
        q->last = NULL;
    if (q->kept && first->kept_from < first->end)
        kept_add(q->kept, first);
    else
        chunk_give_back(q->pool, first);
}

static void take_from_first(struct outq *q, uint32_t bytes)
{
    struct outq_chunk *c = q->first;
    uint32_t before = c->begin;
    c->begin += bytes;
    if (q->kept && c->begin > c->kept_from)
        q->kept->bytes += c->begin - (before > c->kept_from ? before : c->kept_from);
}

void outq_consume(struct outq *q, size_t bytes)
{
    ASSERT(bytes <= q->bytes);
    q->bytes -= bytes;
    while (q->first && (bytes > 0 || is_used_up(q))) {
        size_t in_first = q->first->end - q->first->begin;
        size_t part = bytes < in_first ? bytes : in_first;
        take_from_first(q, (uint32_t)part);
        bytes -= part;
        if (is_used_up(q))
            retire_first(q);
    }
}

/* ---- keeping -------------------------------------------------------------------------------- */

void outq_keep(struct outq *q, struct outq_kept *kept)
{
    if (q->kept)
        outq_release(q, q->kept->bytes);
    if (kept)
        *kept = (struct outq_kept){0};
    q->kept = kept;
    if (kept)
        keep_from_here(q);
    outq_consume(q, 0); /* what only the keeping held */
}

/* The chunk that is partly sent is still in the queue. */
void outq_release(struct outq *q, size_t bytes)
{
    struct outq_kept *kept = q->kept;
    ASSERT(bytes <= kept->bytes);
    kept->bytes -= bytes;
    for (struct outq_chunk *c; (c = kept->first) && bytes >= c->end - c->kept_from;) {
        bytes -= c->end - c->kept_from;
        kept->first = c->next;
        chunk_give_back(q->pool, c);
    }
    if (!kept->first)
        kept->last = NULL;
    if (bytes > 0)
        (kept->first ? kept->first : q->first)->kept_from += (uint32_t)bytes;
}

void outq_rewind(struct outq *q)
{
    struct outq_kept *kept = q->kept;
    if (kept->first) {
        kept->last->next = q->first;
        q->first = kept->first;
        if (!q->last)
            q->last = kept->last;
    }
    q->bytes = 0;
    for (struct outq_chunk *c = q->first; c; c = c->next) {
        c->begin = c->kept_from;
        q->bytes += c->end - c->begin;
    }
    *kept = (struct outq_kept){0};
    outq_consume(q, 0);
}
