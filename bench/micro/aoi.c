/* Prints what a move costs in spaces of several sizes, in which each member walks. */
#include "aoi/aoi.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOVES = 2000000 };

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

static double ns_of_list(struct space *s, struct aoi_list (*list)(struct aoi *, uint32_t))
{
    unsigned rounds = MOVES / 10;
    int64_t start_ns = now_ns();
    for (unsigned i = 0; i < rounds; i++)
        s->random += list(s->aoi, s->members[i % s->count]).count;
    return (double)(now_ns() - start_ns) / rounds;
}

static void measure(unsigned count, float side)
{
    struct space s = {.side = side, .count = count, .random = 7};
    s.members = calloc(count, sizeof *s.members);
    s.x = calloc(count, sizeof *s.x);
    s.z = calloc(count, sizeof *s.z);
    int64_t start_ns = now_ns();
    open_space(&s);
    double ns_per_enter = (double)(now_ns() - start_ns) / count;
    unsigned moves = side < 2001 && count > 20000 ? MOVES / 10 : MOVES;
    walk(&s, count);
    s.events = 0;
    start_ns = now_ns();
    walk(&s, moves);
    double ns = (double)(now_ns() - start_ns);
    printf("%8u %8.0f %11.1f %9.1f %9.1f %9.1f %9.1f %9.1f %8.1f\n", count, (double)side,
           (double)aoi_pairs(s.aoi) / count, (double)s.events / moves, ns / moves,
           ns / (double)s.events, ns_per_enter, ns_of_list(&s, aoi_listeners),
           (double)s.bytes / count);
    aoi_destroy(s.aoi);
    free(s.members);
    free(s.x);
    free(s.z);
}

int main(void)
{
    printf("%8s %8s %11s %9s %9s %9s %9s %9s %8s\n", "members", "side", "neighbours", "events",
           "ns/move", "ns/event", "ns/enter", "ns/list", "bytes");
    measure(1000, 632);
    measure(10000, 2000);
    measure(100000, 6325);
    measure(1000, 2000);
    measure(100000, 2000);
    return 0;
}
