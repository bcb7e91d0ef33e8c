/* Prints what a move costs through the API, with all that follows from it in the game: entities
 * walk in one space, see each other come and go, and hear of it by their hooks.
 * An argument leaves out fields with more walkers than that. */
#include "common/clock.h"

#include <goworld/sim.h>
#include <goworld/space.h>

#include <stdio.h>
#include <stdlib.h>

enum { SWEEPS = 10, GROUP = 500 }; /* so many moves in one handler */

#define DISTANCE 100.0f
#define STEP 5.0f /* on each axis, either way */

typedef struct Walker {
    gw_entity base;
} Walker;

static uint64_t told; /* of a sight that begins or ends */

static void heard(gw_entity *self, gw_entity *other)
{
    (void)self, (void)other;
    told++;
}

static const gw_entity_type Walker_type = {
    .name = "Walker",
    .size = sizeof(Walker),
    .on_enter_aoi = heard,
    .on_leave_aoi = heard,
};

static void open_field(gw_entity *space)
{
    if (gw_space_kind(space))
        gw_enable_aoi(space, DISTANCE);
}

static const gw_entity_type Field_type = {
    .name = "Field", .size = sizeof(gw_entity), .on_created = open_field};
static const gw_entity_type *const types[] = {&Walker_type, NULL};
static const gw_game game = {.types = types, .space = &Field_type};

/* One run: so many walkers in a square of that half width. */
struct field {
    size_t count;
    float half;
    gw_entity **walkers;
    gw_entity *space;
    size_t from; /* of the group that moves */
    uint64_t seen;
};

static uint32_t random_state = 1;

static float random_between(float low, float high)
{
    random_state = random_state * 1664525u + 1013904223u;
    return low + (high - low) * (float)(random_state >> 8) / (float)(1 << 24);
}

static void open_space(void *argument)
{
    struct field *field = argument;
    field->space = gw_create_space(1);
}

static void populate(void *argument)
{
    struct field *field = argument;
    for (size_t i = field->from; i < field->count && i < field->from + GROUP; i++) {
        gw_vec3 at = {random_between(-field->half, field->half), 0,
                      random_between(-field->half, field->half)};
        field->walkers[i] = gw_create_in(&Walker_type, field->space, at);
    }
}

static float inside(float value, float half)
{
    return value < -half ? -half : value > half ? half : value;
}

static void move(void *argument)
{
    struct field *field = argument;
    for (size_t i = field->from; i < field->count && i < field->from + GROUP; i++) {
        gw_vec3 at = gw_position(field->walkers[i]);
        at.x = inside(at.x + random_between(-STEP, STEP), field->half);
        at.z = inside(at.z + random_between(-STEP, STEP), field->half);
        (void)gw_set_position(field->walkers[i], at);
    }
}

static void count_seen(void *argument)
{
    struct field *field = argument;
    for (size_t i = 0; i < field->count; i += field->count / 500) {
        gw_walk walk = gw_walk_seen(field->walkers[i], NULL);
        while (gw_walk_next(&walk))
            field->seen++;
    }
}

static void sweep(gw_sim *sim, struct field *field, void (*each)(void *argument))
{
    for (field->from = 0; field->from < field->count; field->from += GROUP) {
        gw_sim_in_game(sim, "game1", each, field);
        gw_sim_run(sim, 1);
    }
}

static void run(size_t count, float side)
{
    struct field field = {.count = count, .half = side / 2};
    field.walkers = calloc(count, sizeof(gw_entity *));
    gw_sim *sim = gw_sim_create(&(gw_sim_desc){.seed = 1, .game = &game, .boot_entity = "Walker"});
    gw_sim_in_game(sim, "game1", open_space, &field);
    sweep(sim, &field, populate);
    gw_sim_in_game(sim, "game1", count_seen, &field);
    sweep(sim, &field, move);
    told = 0;
    int64_t begin_ns = now_ns();
    for (int i = 0; i < SWEEPS; i++)
        sweep(sim, &field, move);
    double moves = (double)count * SWEEPS, ns = (double)(now_ns() - begin_ns);
    printf("%8zu  %5.0f  %10.1f  %8.2f  %6.0f\n", count, (double)side, (double)field.seen / 500,
           (double)told / moves, ns / moves);
    fflush(stdout);
    gw_sim_destroy(sim);
    free(field.walkers);
}

int main(int argc, char **argv)
{
    static const struct {
        size_t walkers;
        float side;
    } fields[] = {{1000, 632}, {10000, 2000}, {100000, 6325}, {1000, 2000}, {30000, 2000}};
    size_t most = argc > 1 ? strtoul(argv[1], NULL, 10) : SIZE_MAX;
    puts(" walkers   side  neighbours      told  ns/move");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].walkers <= most)
            run(fields[i].walkers, fields[i].side);
    return 0;
}
