/* Around user code: which world runs on this thread, and what code leaves for after its handler. */
#include "entity/check.h"
#include "entity/entity.h"
#include "entity/fiber.h"
#include "entity/local.h"
#include "entity/sight.h"
#include "entity/tree.h"

static _Thread_local struct world *running;

struct world *world_running(void)
{
    ASSERT(running); /* a gw_ function was called from no handler of a game */
    return running;
}

static void run_posts(struct world *w, unsigned *budget)
{
    struct buf empty = w->posts_run;
    w->posts_run = w->posts;
    buf_clear(&empty);
    w->posts = empty;
    size_t count = w->posts_run.size / sizeof(struct post);
    *budget -= count < *budget ? (unsigned)count : *budget;
    for (size_t i = 0; i < count; i++) {
        struct post post;
        memcpy(&post, w->posts_run.data + i * sizeof post, sizeof post);
        w->depth++; /* hooks in it are no handlers of their own */
        post.fn(post.argument);
        w->depth--;
    }
}

bool world_has_work(const struct world *w)
{
    return w->posts.size || w->resume_first || sights_wait(w) || trips_wait(w) || local_waits(w);
}

/* Runs what user code left for after the handler, until nothing is left or a turn's worth is done.
 */
NEVER_INLINE void settle(struct world *w)
{
    w->settling = true;
    while (w->budget && world_has_work(w)) {
        fibers_resume_canceled(w);
        sights_run(w, &w->budget);
        run_posts(w, &w->budget);
        trips_run(w, &w->budget);
        local_run(w, &w->budget);
    }
    w->settling = false;
}

struct scope world_enter(struct world *w, const struct entity *e)
{
    struct scope before = {w->caller, running};
    running = w;
    w->caller = e ? e->base.id : (gw_id){0};
    w->depth++;
    return before;
}

NEVER_INLINE void check_caller(struct world *w)
{
    struct entity *e = gw_id_is_none(w->caller) ? NULL : entity_find(w, w->caller);
    if (e)
        check_compare(w, e);
}

struct gw_node **world_loose(struct world *w)
{
    return w->task ? &w->task->loose : &w->loose;
}

/* Within settle handlers run one level deeper. */
static bool is_handler(const struct world *w)
{
    return w->depth == (w->settling ? 2 : 1);
}

NEVER_INLINE void end_handler(struct world *w)
{
    tree_free_all(&w->loose);
    buf_clear(&w->walks);
    w->handlers++;
}

void world_leave(struct world *w, struct scope before)
{
    if (w->desc.check_attrs)
        check_caller(w);
    if (w->depth == 1 && !w->settling && world_has_work(w))
        settle(w);
    if ((w->loose || w->walks.size) && is_handler(w))
        end_handler(w);
    w->depth--;
    w->caller = before.caller;
    running = before.world;
}

void gw_post(void (*fn)(void *argument), void *argument)
{
    struct post post = {fn, argument};
    buf_append(&world_running()->posts, &post, sizeof post);
}
