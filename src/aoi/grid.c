/* Blocks, and the scan. */
#include "aoi/grid.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The ring is twice as long when there are more members for each bucket. */
enum { BUCKETS_MIN = 4, LOAD_MAX = 6, CACHE_LINE = 64 };

/* Cells beyond are the last ones: how far they are from each other must fit a number. */
#define CELL_MAX 536870912.0f

/* ---- cells ---------------------------------------------------------------------------------- */

/* It never falls when the coordinate rises: what lies between two coordinates lies between their
 * cells, whatever was rounded. */
ALWAYS_INLINE int32_t cell_of(const struct grid *grid, float coordinate)
{
    float cell = coordinate * grid->cells_per_unit;
    cell = cell < -CELL_MAX ? -CELL_MAX : cell > CELL_MAX ? CELL_MAX : cell;
    int32_t whole = (int32_t)cell;
    return whole - (cell < (float)whole);
}

ALWAYS_INLINE uint32_t bucket_of_cell(const struct grid *grid, int32_t column, int32_t row)
{
    return ((uint32_t)column + (uint32_t)row * grid->stride) & (grid->bucket_count - 1);
}

ALWAYS_INLINE uint32_t bucket_of(const struct grid *grid, float x, float z)
{
    return bucket_of_cell(grid, cell_of(grid, x), cell_of(grid, z));
}

/* About the root, so that a square area fills the ring; odd, so that a single column does. */
static uint32_t stride_for(uint32_t bucket_count)
{
    return (uint32_t)sqrtf((float)bucket_count) | 1;
}

/* ---- blocks --------------------------------------------------------------------------------- */

static void put(struct grid *grid, uint32_t slot, uint32_t member, float x, float z)
{
    struct grid_coords *coords = &grid->coords[slot / GRID_BLOCK];
    coords->x[slot / 4 % 2][slot % 4] = x;
    coords->z[slot / 4 % 2][slot % 4] = z;
    grid->members[slot / GRID_BLOCK][slot % GRID_BLOCK] = member;
}

static void clear_block(struct grid *grid, uint32_t block)
{
    for (uint32_t lane = 0; lane < GRID_BLOCK; lane++)
        put(grid, block * GRID_BLOCK + lane, 0, NAN, NAN);
    grid->chains[block] = (struct grid_chain){0};
}

/* Makes room for `capacity` blocks in memory of their own. */
static void allocate(struct grid *grid, uint32_t capacity)
{
    size_t bytes = sizeof *grid->coords + sizeof *grid->members + sizeof *grid->chains;
    grid->memory = mem_alloc(capacity * bytes + CACHE_LINE);
    uintptr_t address = ((uintptr_t)grid->memory + CACHE_LINE - 1) & ~(uintptr_t)(CACHE_LINE - 1);
    grid->coords = (struct grid_coords *)address;
    grid->members = (uint32_t(*)[GRID_BLOCK])(grid->coords + capacity);
    grid->chains = (struct grid_chain *)(grid->members + capacity);
    grid->block_capacity = capacity;
}

static void reserve_block(struct grid *grid)
{
    if (grid->block_count < grid->block_capacity)
        return;
    struct grid old = *grid;
    allocate(grid, old.block_count + old.block_count / 8 + BUCKETS_MIN);
    memcpy(grid->coords, old.coords, old.block_count * sizeof *grid->coords);
    memcpy(grid->members, old.members, old.block_count * sizeof *grid->members);
    memcpy(grid->chains, old.chains, old.block_count * sizeof *grid->chains);
    free(old.memory);
}

static uint32_t take_block(struct grid *grid)
{
    uint32_t block = grid->free_block;
    if (block) {
        grid->free_block = grid->chains[block].next;
    } else {
        reserve_block(grid);
        block = grid->block_count++;
    }
    clear_block(grid, block);
    return block;
}

/* Of a bucket's blocks only the one that it goes on with is not full. */
static uint32_t block_with_room(struct grid *grid, uint32_t bucket)
{
    uint32_t block = grid->chains[bucket].next;
    if (!block && grid->chains[bucket].count < GRID_BLOCK)
        return bucket;
    if (block && grid->chains[block].count < GRID_BLOCK)
        return block;
    uint32_t fresh = take_block(grid);
    grid->chains[fresh].next = block;
    grid->chains[bucket].next = fresh;
    return fresh;
}

static void link_member(struct grid *grid, uint32_t *slots, uint32_t member, float x, float z)
{
    uint32_t block = block_with_room(grid, bucket_of(grid, x, z));
    slots[member] = block * GRID_BLOCK + grid->chains[block].count++;
    put(grid, slots[member], member, x, z);
}

/* The bucket's last member takes the place. */
static void unlink_member(struct grid *grid, uint32_t *slots, uint32_t member)
{
    uint32_t slot = slots[member];
    uint32_t bucket = bucket_of(grid, grid_x(grid, slot), grid_z(grid, slot));
    uint32_t last = grid->chains[bucket].next ? grid->chains[bucket].next : bucket;
    uint32_t lane = --grid->chains[last].count, from = last * GRID_BLOCK + lane;
    uint32_t moved = grid->members[last][lane];
    put(grid, slot, moved, grid_x(grid, from), grid_z(grid, from));
    slots[moved] = slot;
    put(grid, from, 0, NAN, NAN);
    if (lane > 0 || last == bucket)
        return;
    grid->chains[bucket].next = grid->chains[last].next;
    grid->chains[last].next = grid->free_block;
    grid->free_block = last;
}

/* ---- members -------------------------------------------------------------------------------- */

/* Half of the smallest number is none, and the number of cells in a unit infinite. */
static float per_unit(float cell_size)
{
    return fminf(1 / cell_size, FLT_MAX);
}

static void begin(struct grid *grid, uint32_t bucket_count)
{
    grid->bucket_count = grid->block_count = bucket_count;
    grid->stride = stride_for(bucket_count);
    grid->free_block = 0;
    allocate(grid, bucket_count);
    for (uint32_t block = 0; block < bucket_count; block++)
        clear_block(grid, block);
}

void grid_init(struct grid *grid, float cell_size)
{
    *grid = (struct grid){.cells_per_unit = per_unit(cell_size)};
    begin(grid, BUCKETS_MIN);
}

void grid_fini(struct grid *grid)
{
    free(grid->memory);
    *grid = (struct grid){0};
}

/* Puts all members where they belong now. */
static void rebuild(struct grid *grid, uint32_t *slots, uint32_t bucket_count)
{
    struct grid old = *grid;
    begin(grid, bucket_count);
    for (uint32_t block = 0; block < old.block_count; block++)
        for (uint32_t lane = 0; lane < old.chains[block].count; lane++) {
            uint32_t slot = block * GRID_BLOCK + lane;
            link_member(grid, slots, old.members[block][lane], grid_x(&old, slot),
                        grid_z(&old, slot));
        }
    free(old.memory);
}

void grid_set_cell_size(struct grid *grid, uint32_t *slots, float cell_size)
{
    if (grid->cells_per_unit == per_unit(cell_size))
        return;
    grid->cells_per_unit = per_unit(cell_size);
    rebuild(grid, slots, grid->bucket_count);
}

void grid_add(struct grid *grid, uint32_t *slots, uint32_t member, float x, float z)
{
    if (++grid->count > LOAD_MAX * grid->bucket_count)
        rebuild(grid, slots, grid->bucket_count * 2);
    link_member(grid, slots, member, x, z);
}

void grid_remove(struct grid *grid, uint32_t *slots, uint32_t member)
{
    unlink_member(grid, slots, member);
    grid->count--;
}

void grid_move(struct grid *grid, uint32_t *slots, uint32_t member, float x, float z)
{
    uint32_t slot = slots[member];
    if (bucket_of(grid, grid_x(grid, slot), grid_z(grid, slot)) == bucket_of(grid, x, z)) {
        put(grid, slot, member, x, z);
        return;
    }
    unlink_member(grid, slots, member);
    link_member(grid, slots, member, x, z);
}

/* ---- the scan ------------------------------------------------------------------------------- */

enum { MARKS_MAX = 64 };

struct mark {
    uint32_t block;
    uint16_t before, now; /* a bit for each of its members */
};

/* Blocks are tested without a branch on what is in them, which nothing could foretell: those with a
 * difference are written down, and read when the list is full or the scan at its end. */
struct scan {
    const struct grid *grid;
    struct grid_square before, now;
    uint32_t self, tag;
    struct grid_found *ended, *begun;
    struct mark *marks;
    size_t mark_count;
};

static struct grid_hit *reserve_hits(struct grid_found *found, size_t more)
{
    if (found->capacity - found->count < more || !found->hits) {
        found->capacity = found->capacity * 2 + more;
        found->hits = mem_realloc(found->hits, found->capacity * sizeof *found->hits);
    }
    return found->hits + found->count;
}

/* A hit is written, and then counted or not. Here there are few. */
static void read_changes(struct scan *scan)
{
    size_t most = scan->mark_count * GRID_BLOCK;
    struct grid_hit *ended = reserve_hits(scan->ended, most);
    struct grid_hit *begun = reserve_hits(scan->begun, most);
    size_t ended_count = 0, begun_count = 0;
    for (size_t i = 0; i < scan->mark_count; i++) {
        struct mark mark = scan->marks[i];
        for (unsigned bits = mark.before ^ mark.now; bits; bits &= bits - 1) {
            unsigned lane = (unsigned)__builtin_ctz(bits), is_now = mark.now >> lane & 1;
            uint32_t member = scan->grid->members[mark.block][lane];
            ended[ended_count] = begun[begun_count] = (struct grid_hit){member, scan->tag};
            ended_count += (member != scan->self) & ~is_now;
            begun_count += (member != scan->self) & is_now;
        }
    }
    scan->ended->count += ended_count;
    scan->begun->count += begun_count;
}

/* Here most of a block are hits. */
static void read_all(struct scan *scan)
{
    struct grid_hit *hits = reserve_hits(scan->begun, scan->mark_count * GRID_BLOCK);
    size_t count = 0;
    for (size_t i = 0; i < scan->mark_count; i++) {
        struct mark mark = scan->marks[i];
        for (unsigned lane = 0; lane < GRID_BLOCK; lane++) {
            uint32_t member = scan->grid->members[mark.block][lane];
            hits[count] = (struct grid_hit){member, scan->tag};
            count += (member != scan->self) & mark.now >> lane;
        }
    }
    scan->begun->count += count;
}

ALWAYS_INLINE void read_marks(struct scan *scan, bool compares)
{
    if (compares)
        read_changes(scan);
    else
        read_all(scan);
    scan->mark_count = 0;
}

ALWAYS_INLINE unsigned bits_within(const struct grid_coords *coords, struct grid_square square)
{
    lane_marks low = lanes_within(coords->x[0], square.x, square.distance) &
                     lanes_within(coords->z[0], square.z, square.distance);
    lane_marks high = lanes_within(coords->x[1], square.x, square.distance) &
                      lanes_within(coords->z[1], square.z, square.distance);
    return lane_bits(low) | lane_bits(high) << 4;
}

ALWAYS_INLINE void scan_block(struct scan *scan, bool compares, uint32_t block)
{
    const struct grid_coords *coords = &scan->grid->coords[block];
    unsigned before = compares ? bits_within(coords, scan->before) : 0;
    unsigned now = bits_within(coords, scan->now);
    scan->marks[scan->mark_count] = (struct mark){block, (uint16_t)before, (uint16_t)now};
    scan->mark_count += before != now;
    if (__builtin_expect(scan->mark_count == MARKS_MAX, 0))
        read_marks(scan, compares);
}

ALWAYS_INLINE void scan_run(struct scan *scan, bool compares, uint32_t bucket, uint32_t count)
{
    const struct grid *grid = scan->grid;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t block = (bucket + i) & (grid->bucket_count - 1);
        do
            scan_block(scan, compares, block);
        while ((block = grid->chains[block].next));
    }
}

/* Along one axis: the cells to look at, and those among them that are within before and now. */
struct span {
    int32_t first, last, inner_first, inner_last;
};

/* A difference that is rounded to the distance is within it, though the point may lie a little
 * outside. */
ALWAYS_INLINE struct span span_of(const struct grid *grid, float a, float b, float distance)
{
    float low = a < b ? a : b, high = a < b ? b : a, reach = distance * (1 + FLT_EPSILON);
    return (struct span){cell_of(grid, low - reach), cell_of(grid, high + reach),
                         cell_of(grid, high - distance) + 1, cell_of(grid, low + distance) - 1};
}

ALWAYS_INLINE uint32_t span_count(struct span span)
{
    return (uint32_t)(span.last - span.first) + 1;
}

/* Whether no two of these cells share a bucket: rows do not reach the next one, and all of them
 * not around the ring. */
ALWAYS_INLINE bool are_apart(const struct grid *grid, struct span columns, struct span rows)
{
    return span_count(columns) <= grid->stride &&
           (uint64_t)span_count(rows) * grid->stride <= grid->bucket_count;
}

ALWAYS_INLINE void scan_row(struct scan *scan, bool compares, struct span columns, int32_t row,
                            bool has_inner)
{
    uint32_t bucket = bucket_of_cell(scan->grid, columns.first, row);
    if (!compares || !has_inner || columns.inner_first > columns.inner_last) {
        scan_run(scan, compares, bucket, span_count(columns));
        return;
    }
    scan_run(scan, compares, bucket, (uint32_t)(columns.inner_first - columns.first));
    bucket = bucket_of_cell(scan->grid, columns.inner_last + 1, row);
    scan_run(scan, compares, bucket, (uint32_t)(columns.last - columns.inner_last));
}

ALWAYS_INLINE void scan_around(struct scan *scan, bool compares)
{
    struct grid_square a = scan->before, b = scan->now;
    struct span columns = span_of(scan->grid, a.x, b.x, b.distance);
    struct span rows = span_of(scan->grid, a.z, b.z, b.distance);
    if (!are_apart(scan->grid, columns, rows)) {
        scan_run(scan, compares, 0, scan->grid->bucket_count);
        return;
    }
    for (int32_t row = rows.first; row <= rows.last; row++)
        scan_row(scan, compares, columns, row, row >= rows.inner_first && row <= rows.inner_last);
}

void grid_find(const struct grid *grid, struct grid_square square, uint32_t self, uint32_t tag,
               struct grid_found *found)
{
    struct mark marks[MARKS_MAX];
    struct scan scan = {grid, square, square, self, tag, NULL, found, marks, 0};
    scan_around(&scan, false);
    read_marks(&scan, false);
}

void grid_compare(const struct grid *grid, struct grid_square before, struct grid_square now,
                  uint32_t self, uint32_t tag, struct grid_found *ended, struct grid_found *begun)
{
    struct mark marks[MARKS_MAX];
    struct scan scan = {grid, before, now, self, tag, ended, begun, marks, 0};
    scan_around(&scan, true);
    read_marks(&scan, true);
}
