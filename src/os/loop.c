/* loop: see loop.h. A turn is what libuv calls poll and check; see loop_turn_run for the order. */
#include "os/loop.h"

#include "base/assert.h"
#include "base/buf.h"
#include "os/system.h"

#include <signal.h>
#include <stdlib.h>
#include <uv.h>

enum { CALLBACKS_MAX = 64 };

struct turn_entry {
    loop_turn turn;
    void *user;
};

struct flush_entry {
    loop_flush flush;
    void *user;
};

struct signal_entry {
    uv_signal_t handle;
    loop_signal handler;
    void *user;
    struct signal_entry *next;
};

struct loop_watch {
    uv_poll_t handle; /* first: a handle is its watch */
    void (*readable)(void *user);
    void *user;
};

struct loop {
    uv_loop_t uv;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_timer_t timer;
    struct clock clock;
    struct worker_pool workers;
    struct turn_entry turns[CALLBACKS_MAX];
    struct flush_entry flushes[CALLBACKS_MAX];
    unsigned turn_count, flush_count;
    struct signal_entry *signals;
    int64_t timer_due_ms; /* CLOCK_NEVER: the timer is stopped */
    bool begun;           /* the clock has been moved for the coming turn */
    bool timer_ran;
    bool woken;
    bool calls;     /* turns or flushes: those that are ended meanwhile are only marked */
    bool has_ended; /* there are such */
};

void loop_begin(struct loop *loop)
{
    if (loop->begun)
        return;
    loop->begun = true;
    loop->clock.now_ms = (int64_t)uv_now(&loop->uv);
    loop->clock.wall_ms = os_wall_ms();
}

static void timer_fired(uv_timer_t *timer)
{
    struct loop *loop = timer->data;
    loop->timer_due_ms = CLOCK_NEVER;
    loop->timer_ran = true;
}

static void timer_set(struct loop *loop, int64_t due_ms)
{
    if (due_ms == loop->timer_due_ms)
        return;
    loop->timer_due_ms = due_ms;
    if (due_ms == CLOCK_NEVER) {
        uv_timer_stop(&loop->timer);
        return;
    }
    int64_t now_ms = (int64_t)uv_now(&loop->uv);
    uv_timer_start(&loop->timer, timer_fired, due_ms > now_ms ? (uint64_t)(due_ms - now_ms) : 0, 0);
}

/* Those that loop_off has ended. */
static void drop_ended(struct loop *loop)
{
    unsigned turns = 0, flushes = 0;
    for (unsigned i = 0; i < loop->turn_count; i++)
        if (loop->turns[i].turn)
            loop->turns[turns++] = loop->turns[i];
    for (unsigned i = 0; i < loop->flush_count; i++)
        if (loop->flushes[i].flush)
            loop->flushes[flushes++] = loop->flushes[i];
    loop->turn_count = turns;
    loop->flush_count = flushes;
    loop->has_ended = false;
}

/* Last of what is called. */
static void flush_run(struct loop *loop)
{
    loop->calls = true;
    for (unsigned i = 0; i < loop->flush_count; i++)
        if (loop->flushes[i].flush)
            loop->flushes[i].flush(loop->flushes[i].user);
    loop->calls = false;
    if (loop->has_ended)
        drop_ended(loop);
}

/* What was woken before or during the reads is served by this turn; what is woken during it, by the
 * next. */
static void loop_turn_run(struct loop *loop)
{
    int64_t due_ms = CLOCK_NEVER;
    loop_begin(loop);
    loop->woken = false;
    loop->timer_ran = false;
    loop->calls = true;
    for (unsigned i = 0; i < loop->turn_count; i++) {
        struct turn_entry *entry = &loop->turns[i];
        int64_t wanted_ms = entry->turn ? entry->turn(entry->user) : CLOCK_NEVER;
        if (wanted_ms < due_ms)
            due_ms = wanted_ms;
    }
    flush_run(loop);
    timer_set(loop, loop->woken ? loop->clock.now_ms : due_ms);
    loop->begun = false;
}

/* Before libuv waits: what was written outside of any turn leaves. A timer that has run wants a
 * turn: libuv shall not wait then, and the turn follows behind what there is to read. */
static void before_poll(uv_prepare_t *prepare)
{
    struct loop *loop = prepare->data;
    flush_run(loop);
    if (loop->timer_ran)
        timer_set(loop, (int64_t)uv_now(&loop->uv));
}

static void after_poll(uv_check_t *check)
{
    loop_turn_run(check->data);
}

struct work_request {
    uv_work_t uv;
    struct loop *loop;
    struct work *work;
};

static void work_run(uv_work_t *uv)
{
    struct work_request *request = (struct work_request *)uv;
    request->work->run(request->work);
}

static void work_done(uv_work_t *uv, int status)
{
    struct work_request *request = (struct work_request *)uv;
    struct work *work = request->work;
    (void)status; /* nothing is ever cancelled */
    loop_begin(request->loop);
    free(request);
    work->done(work);
}

static void work_submit(struct worker_pool *pool, struct work *work)
{
    struct loop *loop = (struct loop *)((char *)pool - offsetof(struct loop, workers));
    struct work_request *request = mem_alloc(sizeof *request);
    request->loop = loop;
    request->work = work;
    ASSERT(uv_queue_work(&loop->uv, &request->uv, work_run, work_done) == 0);
}

gw_err loop_create(struct loop **out)
{
    struct loop *loop = mem_zalloc(sizeof *loop);
    if (uv_loop_init(&loop->uv) != 0) {
        free(loop);
        return GW_EIO;
    }
    /* A peer that is gone shows as an error of the write. */
    signal(SIGPIPE, SIG_IGN);
    uv_prepare_init(&loop->uv, &loop->prepare);
    uv_check_init(&loop->uv, &loop->check);
    uv_timer_init(&loop->uv, &loop->timer);
    loop->uv.data = loop;
    loop->prepare.data = loop->check.data = loop->timer.data = loop;
    uv_prepare_start(&loop->prepare, before_poll);
    uv_check_start(&loop->check, after_poll);
    loop->workers.submit = work_submit;
    loop->timer_due_ms = CLOCK_NEVER;
    loop_begin(loop);
    loop->begun = false;
    loop_wake(loop);
    *out = loop;
    return GW_OK;
}

static void signal_free(uv_handle_t *handle)
{
    free(handle->data);
}

static void close_handle(uv_handle_t *handle, void *user)
{
    (void)user;
    if (!uv_is_closing(handle))
        uv_close(handle, handle->type == UV_SIGNAL ? signal_free : NULL);
}

void loop_destroy(struct loop *loop)
{
    if (!loop)
        return;
    uv_walk(&loop->uv, close_handle, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    ASSERT(uv_loop_close(&loop->uv) == 0);
    free(loop);
}

void loop_on_turn(struct loop *loop, loop_turn turn, void *user)
{
    ASSERT(loop->turn_count < CALLBACKS_MAX);
    loop->turns[loop->turn_count++] = (struct turn_entry){turn, user};
}

void loop_on_flush(struct loop *loop, loop_flush flush, void *user)
{
    ASSERT(loop->flush_count < CALLBACKS_MAX);
    loop->flushes[loop->flush_count++] = (struct flush_entry){flush, user};
}

void loop_off(struct loop *loop, const void *user)
{
    for (unsigned i = 0; i < loop->turn_count; i++)
        if (loop->turns[i].user == user)
            loop->turns[i].turn = NULL;
    for (unsigned i = 0; i < loop->flush_count; i++)
        if (loop->flushes[i].user == user)
            loop->flushes[i].flush = NULL;
    loop->has_ended = true;
    if (!loop->calls)
        drop_ended(loop);
}

static void signal_arrived(uv_signal_t *handle, int signum)
{
    struct signal_entry *entry = handle->data;
    struct loop *loop = handle->loop->data;
    loop_begin(loop);
    entry->handler(entry->user, signum);
}

gw_err loop_on_signal(struct loop *loop, int signum, loop_signal handler, void *user)
{
    struct signal_entry *entry = mem_zalloc(sizeof *entry);
    entry->handler = handler;
    entry->user = user;
    entry->handle.data = entry;
    uv_signal_init(&loop->uv, &entry->handle);
    if (uv_signal_start(&entry->handle, signal_arrived, signum) == 0)
        return GW_OK;
    uv_close((uv_handle_t *)&entry->handle, signal_free);
    return GW_EINVAL;
}

static void watched(uv_poll_t *handle, int status, int events)
{
    const struct loop_watch *watch = (const struct loop_watch *)handle;
    (void)status, (void)events;
    loop_begin(handle->loop->data);
    watch->readable(watch->user);
}

struct loop_watch *loop_watch(struct loop *loop, int fd, void (*readable)(void *user), void *user)
{
    struct loop_watch *watch = mem_zalloc(sizeof *watch);
    watch->readable = readable;
    watch->user = user;
    ASSERT(uv_poll_init(&loop->uv, &watch->handle, fd) == 0);
    ASSERT(uv_poll_start(&watch->handle, UV_READABLE | UV_DISCONNECT, watched) == 0);
    return watch;
}

static void watch_free(uv_handle_t *handle)
{
    free(handle);
}

void loop_unwatch(struct loop_watch *watch)
{
    if (watch)
        uv_close((uv_handle_t *)&watch->handle, watch_free);
}

void loop_run(struct loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
    uv_stop(&loop->uv);
}

void loop_wake(struct loop *loop)
{
    loop->woken = true;
    if (!loop->begun) /* else a turn is coming, or its end looks */
        timer_set(loop, (int64_t)uv_now(&loop->uv));
}

const struct clock *loop_clock(const struct loop *loop)
{
    return &loop->clock;
}

struct worker_pool *loop_workers(struct loop *loop)
{
    return &loop->workers;
}

struct uv_loop_s *loop_uv(struct loop *loop)
{
    return &loop->uv;
}
