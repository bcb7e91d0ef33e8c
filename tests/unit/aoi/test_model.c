/* aoi against the definition of sight, over random lives of many members. */
#include "model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>

struct life {
    size_t actors;
    unsigned steps, everybody; /* how many in a hundred actors see, and are seen */
    bool is_line;              /* along x */
    float side, step;
    const float *distances;
    unsigned distance_count;
    float (*place)(const struct life *life, uint64_t *seed);
};

static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed >> 16;
}

/* Between -1 and 1. */
static float random_unit(uint64_t *seed)
{
    return (float)(int32_t)random_next(seed) / 2147483648.0f;
}

static float anywhere(const struct life *life, uint64_t *seed)
{
    return life->side / 2 * random_unit(seed);
}

/* Where cells and squares end, and a little beside that. */
static float at_borders(const struct life *life, uint64_t *seed)
{
    float quarter = life->distances[0] / 4;
    float place = roundf(anywhere(life, seed) / quarter) * quarter;
    switch (random_next(seed) % 4) {
    case 0:
        return nextafterf(place, FLT_MAX);
    case 1:
        return nextafterf(place, -FLT_MAX);
    default:
        return place;
    }
}

static float at_extremes(const struct life *life, uint64_t *seed)
{
    static const float places[] = {
        0,
        -0.0f,
        FLT_TRUE_MIN,
        -FLT_TRUE_MIN,
        3 * FLT_TRUE_MIN,
        FLT_MIN,
        -FLT_MIN,
        1e-20f,
        1,
        -1,
        100,
        -100,
        100.00001f,
        -3e-9f,
        1e9f,
        1e9f + 128,
        -1e9f,
        2e9f,
        4e9f,
        -4e9f,
        1e20f,
        -1e20f,
        1e38f,
        FLT_MAX,
        -FLT_MAX,
    };
    (void)life;
    return places[random_next(seed) % (sizeof places / sizeof places[0])];
}

static float place_z(const struct life *life, uint64_t *seed)
{
    return life->is_line ? 0 : life->place(life, seed);
}

static struct actor random_actor(const struct life *life, uint64_t *seed)
{
    struct actor actor = {.x = life->place(life, seed), .z = place_z(life, seed)};
    actor.distance = life->distances[random_next(seed) % life->distance_count];
    actor.parts = random_next(seed) % 2 ? AOI_LISTENS : 0;
    actor.parts |= random_next(seed) % 100 < life->everybody ? AOI_SEES : 0;
    actor.parts |= random_next(seed) % 100 < life->everybody ? AOI_IS_SEEN : 0;
    return actor;
}

static void live_on(struct model *m, const struct life *life, size_t actor, uint64_t *seed)
{
    struct actor *a = &m->actors[actor];
    float dx = life->step * random_unit(seed), dz = life->step * random_unit(seed);
    switch (random_next(seed) % 32) {
    case 0:
        model_leave(m, actor);
        break;
    case 1:
        model_set_listens(m, actor, random_next(seed) % 2);
        break;
    case 2:
        model_move(m, actor, life->place(life, seed), place_z(life, seed));
        break;
    case 3:
        model_move(m, actor, life->place(life, seed), a->z);
        break;
    case 4:
        model_move(m, actor, a->x, place_z(life, seed));
        break;
    case 5:
        model_move(m, actor, a->x, a->z);
        break;
    default:
        model_move(m, actor, isfinite(a->x + dx) ? a->x + dx : a->x, a->z + dz / 2);
        break;
    }
}

static void live(const struct life *life, uint64_t seed)
{
    struct model m;
    model_init(&m, life->actors);
    for (unsigned step = 0; step < life->steps; step++) {
        /* Few at first, then all, then few again. */
        bool fills = step % (8 * life->actors) < 4 * life->actors;
        size_t actor = random_next(&seed) % life->actors;
        if (m.actors[actor].is_in && (fills || random_next(&seed) % 3))
            live_on(&m, life, actor, &seed);
        else if (m.actors[actor].is_in)
            model_leave(&m, actor);
        else if (fills)
            model_enter(&m, actor, random_actor(life, &seed));
        model_check_lists(&m, random_next(&seed) % life->actors);
    }
    assert_true(m.events > life->steps / 8);
    model_fini(&m);
}

static void a_few_members_see_what_they_should(void **state)
{
    (void)state;
    struct life life = {.actors = 24,
                        .steps = 20000,
                        .everybody = 90,
                        .side = 500,
                        .step = 20,
                        .distances = (const float[]){100, 40},
                        .distance_count = 2,
                        .place = anywhere};
    for (uint64_t seed = 1; seed <= 4; seed++)
        live(&life, seed * 7919);
}

static void a_crowd_of_one_kind_does(void **state)
{
    (void)state;
    struct life life = {.actors = 1500,
                        .steps = 15000,
                        .everybody = 100,
                        .side = 1500,
                        .step = 15,
                        .distances = (const float[]){100},
                        .distance_count = 1,
                        .place = anywhere};
    live(&life, 1);
}

static void so_do_members_whose_distances_differ_widely(void **state)
{
    (void)state;
    struct life life = {.actors = 600,
                        .steps = 20000,
                        .everybody = 75,
                        .side = 1000,
                        .step = 30,
                        .distances = (const float[]){50, 0.5f, 400, 3000},
                        .distance_count = 4,
                        .place = anywhere};
    live(&life, 2);
}

static void and_those_at_the_borders_of_cells_and_squares(void **state)
{
    (void)state;
    struct life life = {.actors = 600,
                        .steps = 20000,
                        .everybody = 90,
                        .side = 800,
                        .step = 0,
                        .distances = (const float[]){64, 0.1f, 100},
                        .distance_count = 3,
                        .place = at_borders};
    live(&life, 3);
    life.distances = (const float[]){100.1f, 33.3f, 5};
    live(&life, 4);
}

static void and_those_along_a_line(void **state)
{
    (void)state;
    struct life life = {.actors = 400,
                        .steps = 10000,
                        .everybody = 90,
                        .is_line = true,
                        .side = 1e6f,
                        .step = 1e4f,
                        .distances = (const float[]){3000, 100},
                        .distance_count = 2,
                        .place = anywhere};
    live(&life, 5);
}

static void and_those_at_extreme_places(void **state)
{
    (void)state;
    struct life life = {.actors = 300,
                        .steps = 15000,
                        .everybody = 90,
                        .step = 1,
                        .distances = (const float[]){100, FLT_TRUE_MIN, 4 * FLT_TRUE_MIN, 1e-20f,
                                                     1e9f, 3e38f, FLT_MAX},
                        .distance_count = 7,
                        .place = at_extremes};
    live(&life, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_members_see_what_they_should),
        cmocka_unit_test(a_crowd_of_one_kind_does),
        cmocka_unit_test(so_do_members_whose_distances_differ_widely),
        cmocka_unit_test(and_those_at_the_borders_of_cells_and_squares),
        cmocka_unit_test(and_those_along_a_line),
        cmocka_unit_test(and_those_at_extreme_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
