/* What an aoi allocates: the functions of base that do it for it are defined here and count. */
#include "aoi/aoi.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <stdlib.h>

enum { EVERYTHING = AOI_SEES | AOI_IS_SEEN | AOI_LISTENS };

static unsigned allocations;

void *mem_alloc(size_t size)
{
    return mem_realloc(NULL, size);
}

void *mem_zalloc(size_t size)
{
    allocations++;
    return calloc(1, size);
}

void *mem_realloc(void *block, size_t size)
{
    allocations++;
    return realloc(block, size);
}

/* There with a sanitizer, which has an allocator of its own. */
extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t allocated_bytes(void)
{
    if (__sanitizer_get_current_allocated_bytes)
        return __sanitizer_get_current_allocated_bytes();
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static void changed(void *user, void *watcher, void *subject, bool sees)
{
    (void)user, (void)watcher, (void)subject, (void)sees;
}

struct crowd {
    struct aoi *aoi;
    size_t count;
    float side;
    uint32_t *members;
    float *x, *z;
    uint64_t seed;
};

/* Between -1 and 1. */
static float random_unit(struct crowd *c)
{
    c->seed = c->seed * 6364136223846793005u + 1442695040888963407u;
    return (float)(int32_t)(c->seed >> 32) / 2147483648.0f;
}

static void enter(struct crowd *c, size_t number)
{
    c->x[number] = c->side / 2 * random_unit(c);
    c->z[number] = c->side / 2 * random_unit(c);
    c->members[number] = aoi_enter(c->aoi, c, c->x[number], c->z[number], 100, EVERYTHING);
}

static void crowd_init(struct crowd *c, size_t count, float side)
{
    *c = (struct crowd){.count = count, .side = side, .seed = 1};
    c->aoi = aoi_create(&(struct aoi_desc){.changed = changed});
    c->members = calloc(count, sizeof *c->members);
    c->x = calloc(count, sizeof *c->x);
    c->z = calloc(count, sizeof *c->z);
    for (size_t i = 0; i < count; i++)
        enter(c, i);
}

static void crowd_fini(struct crowd *c)
{
    aoi_destroy(c->aoi);
    free(c->members);
    free(c->x);
    free(c->z);
}

/* Both are away at the same time. */
static void leave_and_return(struct crowd *c, size_t one, size_t other)
{
    aoi_leave(c->aoi, c->members[one]);
    aoi_leave(c->aoi, c->members[other]);
    enter(c, one);
    enter(c, other);
}

static void live(struct crowd *c, unsigned steps)
{
    for (unsigned step = 0; step < steps; step++) {
        size_t i = step % c->count;
        if (step % 16 == 0)
            leave_and_return(c, i, (i + 1) % c->count);
        c->x[i] += 10 * random_unit(c);
        c->z[i] += 10 * random_unit(c);
        aoi_move(c->aoi, c->members[i], c->x[i], c->z[i]);
        aoi_set_listens(c->aoi, c->members[i], step % 8 > 0);
        assert_true(aoi_listeners(c->aoi, c->members[i]).count <=
                    aoi_watchers(c->aoi, c->members[i]).count);
    }
}

static void who_has_settled_allocates_nothing(void **state)
{
    (void)state;
    struct crowd c;
    crowd_init(&c, 1000, 1000);
    live(&c, 60000);
    unsigned before = allocations;
    live(&c, 60000);
    assert_int_equal(allocations, before);
    crowd_fini(&c);
}

static void one_who_listens_only_at_times_allocates_nothing(void **state)
{
    (void)state;
    struct aoi *aoi = aoi_create(&(struct aoi_desc){.changed = changed});
    uint32_t member = aoi_enter(aoi, aoi, 0, 0, 100, EVERYTHING);
    aoi_set_listens(aoi, member, false);
    unsigned before = allocations;
    for (unsigned i = 0; i < 100; i++)
        aoi_set_listens(aoi, member, i % 2);
    assert_int_equal(allocations, before);
    aoi_destroy(aoi);
}

static void wanderers_leave_nothing_behind(void **state)
{
    (void)state;
    struct crowd c;
    crowd_init(&c, 50, 100);
    live(&c, 1000);
    size_t before = allocated_bytes();
    for (unsigned step = 0; step < 200000; step++) {
        size_t i = step % c.count;
        c.x[i] += 90 * (float)(1 + i % 7);
        c.z[i] -= 90 * (float)(i % 5);
        aoi_move(c.aoi, c.members[i], c.x[i], c.z[i]);
    }
    assert_true(allocated_bytes() <= before + 4096);
    crowd_fini(&c);
}

static void distances_that_nobody_has_any_more_are_forgotten(void **state)
{
    (void)state;
    struct aoi *aoi = aoi_create(&(struct aoi_desc){.changed = changed});
    size_t settled = 0;
    for (unsigned i = 1; i <= 1000; i++) {
        aoi_leave(aoi, aoi_enter(aoi, aoi, 0, 0, (float)i, EVERYTHING));
        if (i == 100)
            settled = allocated_bytes();
    }
    assert_true(allocated_bytes() <= settled);
    aoi_destroy(aoi);
}

static void a_member_takes_few_bytes_wherever_it_is(void **state)
{
    (void)state;
    static const float sides[] = {1e-3f, 150, 2000, 1e6f, 1e30f};
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        size_t before = allocated_bytes();
        struct crowd c;
        crowd_init(&c, 2000, sides[i]);
        size_t own = c.count * (sizeof *c.members + sizeof *c.x + sizeof *c.z);
        assert_in_range(allocated_bytes() - before - own, 1, c.count * 80);
        crowd_fini(&c);
        assert_int_equal(allocated_bytes(), before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_has_settled_allocates_nothing),
        cmocka_unit_test(one_who_listens_only_at_times_allocates_nothing),
        cmocka_unit_test(wanderers_leave_nothing_behind),
        cmocka_unit_test(distances_that_nobody_has_any_more_are_forgotten),
        cmocka_unit_test(a_member_takes_few_bytes_wherever_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
