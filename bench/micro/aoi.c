/* Prints what it costs to move in spaces of several sizes: a move up to 5 along each axis, an event
 * (one member begins or ceases to see another), to enter, to list who sees a member; and the bytes
 * that a member takes. Everybody sees 100 far. An
 * argument leaves out spaces with more members than that. */
#include "aoi/aoi.h"

#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 5, MOVES = 200000 };

static const float distance = 100, step = 5;

struct space {
    struct aoi *aoi;
    float side;
    unsigned count;
    uint32_t *members;
    float *x, *z;
    size_t bytes;
    uint64_t random, events;
};

static void changed(void *user, void *watcher, void *subject, bool sees)
{
    (void)watcher, (void)subject, (void)sees;
    ++*(uint64_t *)user;
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Between -1 and 1. */
static float random_unit(struct space *s)
{
    s->random = s->random * 6364136223846793005u + 1442695040888963407u;
    return (float)(int32_t)(s->random >> 32) / 2147483648.0f;
}

static float walked(struct space *s, float from)
{
    float to = from + step * random_unit(s);
    return fabsf(to) > s->side / 2 ? from : to;
}

static void open_space(struct space *s)
{
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    s->aoi = aoi_create(&(struct aoi_desc){.changed = changed, .user = &s->events});
    for (unsigned i = 0; i < s->count; i++) {
        s->x[i] = s->side / 2 * random_unit(s);
        s->z[i] = s->side / 2 * random_unit(s);
        s->members[i] =
            aoi_enter(s->aoi, s, s->x[i], s->z[i], distance, AOI_SEES | AOI_IS_SEEN | AOI_LISTENS);
    }
    s->bytes = mallinfo2().uordblks + mallinfo2().hblkhd - before;
}

/* Everybody moves in turn, as the game's loop has them. */
static void walk(struct space *s, unsigned moves)
{
    for (unsigned i = 0; i < moves; i++) {
        unsigned who = i % s->count;
        s->x[who] = walked(s, s->x[who]);
        s->z[who] = walked(s, s->z[who]);
        aoi_move(s->aoi, s->members[who], s->x[who], s->z[who]);
    }
}

static void list(struct space *s, unsigned lists)
{
    for (unsigned i = 0; i < lists; i++)
        s->random += aoi_listeners(s->aoi, s->members[i % s->count]).count;
}

/* Does something several times over and gives the fastest, for each time that it is done. */
static double best_ns(struct space *s, void (*steps)(struct space *s, unsigned count),
                      unsigned count)
{
    int64_t best = INT64_MAX;
    for (unsigned round = 0; round < ROUNDS; round++) {
        int64_t start_ns = now_ns();
        steps(s, count);
        int64_t ns = now_ns() - start_ns;
        best = ns < best ? ns : best;
    }
    return (double)best / count;
}

static void measure(unsigned count, float side)
{
    struct space s = {.side = side, .count = count, .random = 7};
    s.members = calloc(count, sizeof *s.members);
    s.x = calloc(count, sizeof *s.x);
    s.z = calloc(count, sizeof *s.z);
    int64_t start_ns = now_ns();
    open_space(&s);
    double enter_ns = (double)(now_ns() - start_ns) / count;
    walk(&s, count);
    s.events = 0;
    double move_ns = best_ns(&s, walk, MOVES), events = (double)s.events / MOVES / ROUNDS;
    printf("%8u %6.0f %11.1f %7.1f %8.0f %9.1f %9.0f %8.0f %6.0f\n", count, (double)side,
           (double)aoi_pairs(s.aoi) / count, events, move_ns, move_ns / events, enter_ns,
           best_ns(&s, list, MOVES), (double)s.bytes / count);
    fflush(stdout);
    aoi_destroy(s.aoi);
    free(s.members);
    free(s.x);
    free(s.z);
}

int main(int argc, char **argv)
{
    static const struct {
        unsigned members;
        float side;
    } fields[] = {{1000, 632}, {10000, 2000}, {100000, 6325}, {1000, 2000}, {100000, 2000}};
    unsigned long most = argc > 1 ? strtoul(argv[1], NULL, 10) : ULONG_MAX;
    printf("%8s %6s %11s %7s %8s %9s %9s %8s %6s\n", "members", "side", "neighbours", "events",
           "ns/move", "ns/event", "ns/enter", "ns/list", "bytes");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].members <= most)
            measure(fields[i].members, fields[i].side);
    return 0;
}
