/* Members lie in one grid for each kind of them: those of a distance and of what they do. So what a
 * scan finds is the same to all of a grid: which of the two sees, and whether it is told. */
#include "aoi/aoi.h"

#include "aoi/grid.h"
#include "base/assert.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Cells are this much smaller than the distance. What is told of a move is at the rim of the square
 * that is seen; smaller cells leave more of the middle out, larger ones are fewer. */
#define CELLS_PER_DISTANCE 2.0f

/* Kinds that have no members become others when there are so many: those that come and go, as with
 * one who listens only at times, cost nothing then. */
enum { KINDS_KEPT = 16 };

/* Who of the two sees. */
enum way { WAY_OUT = 1u << 0, WAY_IN = 1u << 1 };

struct kind {
    float distance; /* 0: blind */
    unsigned parts;
    struct grid grid;
};

struct aoi {
    struct aoi_desc desc;
    struct kind *kinds;
    uint32_t kind_count;
    void **things;   /* by member; NULL: free */
    uint32_t *slots; /* of a free one, the next free */
    uint16_t *kind_of;
    uint32_t member_count, member_capacity, free_member;
    size_t count;
    uint64_t pairs;
    struct grid_found ended, begun; /* of the change that is going on */
    bool is_changing;
    struct grid_found listed;
    void **list;
    size_t list_capacity;
};

/* What happens to a member: where it was and where it is. */
struct step {
    uint32_t member;
    bool was, is;
    float old_x, old_z, x, z;
};

/* ---- kinds ---------------------------------------------------------------------------------- */

static struct kind *kind_at(const struct aoi *aoi, uint32_t member)
{
    return &aoi->kinds[aoi->kind_of[member]];
}

static struct kind *new_kind(struct aoi *aoi)
{
    for (uint32_t i = 0; i < aoi->kind_count && aoi->kind_count >= KINDS_KEPT; i++)
        if (aoi->kinds[i].grid.count == 0) {
            grid_fini(&aoi->kinds[i].grid);
            return &aoi->kinds[i];
        }
    ASSERT(aoi->kind_count < UINT16_MAX);
    aoi->kinds = mem_realloc(aoi->kinds, (aoi->kind_count + 1) * sizeof *aoi->kinds);
    return &aoi->kinds[aoi->kind_count++];
}

/* Those that see nothing themselves are found by those that see the least: there are mostly more of
 * them than of those that see farther. */
static float cell_size_for_blind(const struct aoi *aoi)
{
    float least = FLT_MAX;
    for (uint32_t i = 0; i < aoi->kind_count; i++)
        if (aoi->kinds[i].parts & AOI_SEES && aoi->kinds[i].distance < least)
            least = aoi->kinds[i].distance;
    return least / CELLS_PER_DISTANCE;
}

static void resize_cells_of_blind(struct aoi *aoi)
{
    float cell_size = cell_size_for_blind(aoi);
    for (uint32_t i = 0; i < aoi->kind_count; i++)
        if (!(aoi->kinds[i].parts & AOI_SEES))
            grid_set_cell_size(&aoi->kinds[i].grid, aoi->slots, cell_size);
}

static uint16_t find_kind(struct aoi *aoi, float distance, unsigned parts)
{
    for (uint32_t i = 0; i < aoi->kind_count; i++)
        if (aoi->kinds[i].parts == parts && aoi->kinds[i].distance == distance)
            return (uint16_t)i;
    struct kind *kind = new_kind(aoi);
    *kind = (struct kind){.distance = distance, .parts = parts};
    if (parts & AOI_SEES) {
        grid_init(&kind->grid, distance / CELLS_PER_DISTANCE);
        resize_cells_of_blind(aoi);
    } else {
        grid_init(&kind->grid, cell_size_for_blind(aoi));
    }
    return (uint16_t)(kind - aoi->kinds);
}

/* ---- members -------------------------------------------------------------------------------- */

static void grow_members(struct aoi *aoi)
{
    uint32_t capacity = aoi->member_capacity + aoi->member_capacity / 2 + 16;
    aoi->things = mem_realloc(aoi->things, capacity * sizeof *aoi->things);
    aoi->slots = mem_realloc(aoi->slots, capacity * sizeof *aoi->slots);
    aoi->kind_of = mem_realloc(aoi->kind_of, capacity * sizeof *aoi->kind_of);
    aoi->member_capacity = capacity;
}

static uint32_t take_member(struct aoi *aoi)
{
    uint32_t member = aoi->free_member;
    if (member) {
        aoi->free_member = aoi->slots[member];
        return member;
    }
    if (aoi->member_count >= aoi->member_capacity)
        grow_members(aoi);
    return aoi->member_count++;
}

static void give_back(struct aoi *aoi, uint32_t member)
{
    aoi->things[member] = NULL;
    aoi->slots[member] = aoi->free_member;
    aoi->free_member = member;
}

static void check_member(const struct aoi *aoi, uint32_t member)
{
    ASSERT(member > 0 && member < aoi->member_count && aoi->things[member]);
}

static float x_of(const struct aoi *aoi, uint32_t member)
{
    return grid_x(&kind_at(aoi, member)->grid, aoi->slots[member]);
}

static float z_of(const struct aoi *aoi, uint32_t member)
{
    return grid_z(&kind_at(aoi, member)->grid, aoi->slots[member]);
}

/* ---- telling -------------------------------------------------------------------------------- */

/* Two squares that have nothing in common are not worth what lies between them. */
static bool is_far(const struct step *step, float distance)
{
    return fabsf(step->x - step->old_x) > 3 * distance ||
           fabsf(step->z - step->old_z) > 3 * distance;
}

/* Finds what the step changes between its member and those of a kind, in the ways given; the hits
 * stay where somebody has to be told. */
static void look(struct aoi *aoi, const struct kind *kind, const struct step *step, float distance,
                 unsigned ways, unsigned told)
{
    struct grid_square before = {step->old_x, step->old_z, distance};
    struct grid_square now = {step->x, step->z, distance};
    size_t ended = aoi->ended.count, begun = aoi->begun.count;
    if (step->was && step->is && !is_far(step, distance)) {
        grid_compare(&kind->grid, before, now, step->member, told, &aoi->ended, &aoi->begun);
    } else {
        if (step->was)
            grid_find(&kind->grid, before, step->member, told, &aoi->ended);
        if (step->is)
            grid_find(&kind->grid, now, step->member, told, &aoi->begun);
    }
    uint64_t each = ways == (WAY_OUT | WAY_IN) ? 2 : 1;
    aoi->pairs += each * (aoi->begun.count - begun);
    aoi->pairs -= each * (aoi->ended.count - ended);
    if (told)
        return;
    aoi->ended.count = ended;
    aoi->begun.count = begun;
}

static void look_at_kind(struct aoi *aoi, const struct kind *kind, const struct step *step)
{
    const struct kind *own = kind_at(aoi, step->member);
    bool out = own->parts & AOI_SEES && kind->parts & AOI_IS_SEEN;
    bool in = kind->parts & AOI_SEES && own->parts & AOI_IS_SEEN;
    unsigned told_out = own->parts & AOI_LISTENS ? WAY_OUT : 0;
    unsigned told_in = kind->parts & AOI_LISTENS ? WAY_IN : 0;
    if (out && in && own->distance == kind->distance) {
        look(aoi, kind, step, own->distance, WAY_OUT | WAY_IN, told_out | told_in);
        return;
    }
    if (out)
        look(aoi, kind, step, own->distance, WAY_OUT, told_out);
    if (in)
        look(aoi, kind, step, kind->distance, WAY_IN, told_in);
}

static void look_around(struct aoi *aoi, const struct step *step)
{
    ASSERT(!aoi->is_changing);
    aoi->is_changing = true;
    aoi->ended.count = aoi->begun.count = 0;
    for (uint32_t i = 0; i < aoi->kind_count; i++)
        if (aoi->kinds[i].grid.count > 0)
            look_at_kind(aoi, &aoi->kinds[i], step);
}

static void tell_each(const struct aoi *aoi, void *thing, const struct grid_found *found, bool sees)
{
    for (size_t i = 0; i < found->count; i++) {
        void *other = aoi->things[found->hits[i].member];
        if (found->hits[i].tag & WAY_OUT)
            aoi->desc.changed(aoi->desc.user, thing, other, sees);
        if (found->hits[i].tag & WAY_IN)
            aoi->desc.changed(aoi->desc.user, other, thing, sees);
    }
}

static void tell(struct aoi *aoi, void *thing)
{
    tell_each(aoi, thing, &aoi->ended, false);
    tell_each(aoi, thing, &aoi->begun, true);
    aoi->is_changing = false;
}

/* ---- changes -------------------------------------------------------------------------------- */

static uint32_t new_member(struct aoi *aoi, void *thing, float distance, unsigned parts)
{
    bool sees = parts & AOI_SEES;
    ASSERT(thing && (!sees || (distance > 0 && isfinite(distance))));
    uint32_t member = take_member(aoi);
    aoi->things[member] = thing;
    aoi->kind_of[member] = find_kind(aoi, sees ? distance : 0, sees ? parts : parts & AOI_IS_SEEN);
    aoi->count++;
    return member;
}

static void lay_down(struct aoi *aoi, uint32_t member, float x, float z)
{
    grid_add(&kind_at(aoi, member)->grid, aoi->slots, member, x, z);
}

uint32_t aoi_enter(struct aoi *aoi, void *thing, float x, float z, float distance, unsigned parts)
{
    ASSERT(isfinite(x) && isfinite(z));
    uint32_t member = new_member(aoi, thing, distance, parts);
    struct step step = {.member = member, .is = true, .x = x, .z = z};
    look_around(aoi, &step);
    lay_down(aoi, member, x, z);
    tell(aoi, thing);
    return member;
}

void aoi_move(struct aoi *aoi, uint32_t member, float x, float z)
{
    check_member(aoi, member);
    ASSERT(isfinite(x) && isfinite(z));
    struct step step = {member, true, true, x_of(aoi, member), z_of(aoi, member), x, z};
    look_around(aoi, &step);
    grid_move(&kind_at(aoi, member)->grid, aoi->slots, member, x, z);
    tell(aoi, aoi->things[member]);
}

void aoi_leave(struct aoi *aoi, uint32_t member)
{
    check_member(aoi, member);
    void *thing = aoi->things[member];
    struct step step = {
        .member = member, .was = true, .old_x = x_of(aoi, member), .old_z = z_of(aoi, member)};
    look_around(aoi, &step);
    grid_remove(&kind_at(aoi, member)->grid, aoi->slots, member);
    give_back(aoi, member);
    aoi->count--;
    tell(aoi, thing);
}

void aoi_set_listens(struct aoi *aoi, uint32_t member, bool listens)
{
    check_member(aoi, member);
    ASSERT(!aoi->is_changing);
    struct kind *kind = kind_at(aoi, member);
    unsigned listening = AOI_LISTENS, parts = kind->parts & ~listening;
    if (listens)
        parts |= listening;
    if (parts == kind->parts || !(parts & AOI_SEES))
        return;
    float x = x_of(aoi, member), z = z_of(aoi, member), distance = kind->distance;
    grid_remove(&kind->grid, aoi->slots, member);
    aoi->kind_of[member] = find_kind(aoi, distance, parts);
    grid_add(&kind_at(aoi, member)->grid, aoi->slots, member, x, z);
}

/* ---- putting back --------------------------------------------------------------------------- */

struct aoi_member aoi_member(const struct aoi *aoi, uint32_t member)
{
    check_member(aoi, member);
    const struct kind *kind = kind_at(aoi, member);
    return (struct aoi_member){kind->distance, kind->parts};
}

uint32_t aoi_put_back(struct aoi *aoi, void *thing, float x, float z, struct aoi_member like)
{
    ASSERT(isfinite(x) && isfinite(z) && !aoi->is_changing);
    uint32_t member = new_member(aoi, thing, like.distance, like.parts);
    lay_down(aoi, member, x, z);
    return member;
}

void aoi_put_back_pairs(struct aoi *aoi, uint64_t pairs)
{
    aoi->pairs = pairs;
}

/* ---- questions ------------------------------------------------------------------------------ */

bool aoi_sees(const struct aoi *aoi, uint32_t watcher, uint32_t subject)
{
    check_member(aoi, watcher);
    check_member(aoi, subject);
    const struct kind *kind = kind_at(aoi, watcher);
    return watcher != subject && kind->parts & AOI_SEES &&
           kind_at(aoi, subject)->parts & AOI_IS_SEEN &&
           fabsf(x_of(aoi, watcher) - x_of(aoi, subject)) <= kind->distance &&
           fabsf(z_of(aoi, watcher) - z_of(aoi, subject)) <= kind->distance;
}

static struct aoi_list list(struct aoi *aoi)
{
    size_t count = aoi->listed.count;
    if (aoi->list_capacity < count) {
        aoi->list_capacity = aoi->listed.capacity;
        aoi->list = mem_realloc(aoi->list, aoi->list_capacity * sizeof *aoi->list);
    }
    for (size_t i = 0; i < count; i++)
        aoi->list[i] = aoi->things[aoi->listed.hits[i].member];
    return (struct aoi_list){aoi->list, count};
}

struct aoi_list aoi_seen(struct aoi *aoi, uint32_t member)
{
    check_member(aoi, member);
    const struct kind *own = kind_at(aoi, member);
    struct grid_square square = {x_of(aoi, member), z_of(aoi, member), own->distance};
    aoi->listed.count = 0;
    for (uint32_t i = 0; i < aoi->kind_count && own->parts & AOI_SEES; i++)
        if (aoi->kinds[i].parts & AOI_IS_SEEN)
            grid_find(&aoi->kinds[i].grid, square, member, 0, &aoi->listed);
    return list(aoi);
}

static struct aoi_list list_watchers(struct aoi *aoi, uint32_t member, unsigned parts)
{
    check_member(aoi, member);
    bool is_seen = kind_at(aoi, member)->parts & AOI_IS_SEEN;
    struct grid_square square = {x_of(aoi, member), z_of(aoi, member), 0};
    aoi->listed.count = 0;
    for (uint32_t i = 0; i < aoi->kind_count && is_seen; i++)
        if ((aoi->kinds[i].parts & parts) == parts) {
            square.distance = aoi->kinds[i].distance;
            grid_find(&aoi->kinds[i].grid, square, member, 0, &aoi->listed);
        }
    return list(aoi);
}

struct aoi_list aoi_watchers(struct aoi *aoi, uint32_t member)
{
    return list_watchers(aoi, member, AOI_SEES);
}

struct aoi_list aoi_listeners(struct aoi *aoi, uint32_t member)
{
    return list_watchers(aoi, member, AOI_SEES | AOI_LISTENS);
}

size_t aoi_count(const struct aoi *aoi)
{
    return aoi->count;
}

uint64_t aoi_pairs(const struct aoi *aoi)
{
    return aoi->pairs;
}

/* ---- life ----------------------------------------------------------------------------------- */

struct aoi *aoi_create(const struct aoi_desc *desc)
{
    struct aoi *aoi = mem_zalloc(sizeof *aoi);
    aoi->desc = *desc;
    aoi->member_count = 1; /* 0 is no member */
    return aoi;
}

void aoi_destroy(struct aoi *aoi)
{
    if (!aoi)
        return;
    for (uint32_t i = 0; i < aoi->kind_count; i++)
        grid_fini(&aoi->kinds[i].grid);
    free(aoi->kinds);
    free(aoi->things);
    free(aoi->slots);
    free(aoi->kind_of);
    free(aoi->ended.hits);
    free(aoi->begun.hits);
    free(aoi->listed.hits);
    free(aoi->list);
    free(aoi);
}
