/* loop: one turn after another of one thread: read what is there, handle it, run what is due, write
 * everything out. */
#pragma once

#include "base/clock.h"
#include "os/worker.h"

#include <goworld/types.h>

struct loop;

/* Runs after the reads of each turn, with the clock moved: due timers and posted work. Returns when
 * it next wants to be called at the latest (clock's now_ms; CLOCK_NEVER: only when something
 * happens). */
typedef int64_t (*loop_turn)(void *user);
/* Runs last in each turn: writes out what the turn has produced. */
typedef void (*loop_flush)(void *user);
typedef void (*loop_signal)(void *user, int signum);

GW_NODISCARD gw_err loop_create(struct loop **out);
void loop_destroy(
    struct loop *loop); /* waits for running work, closes what is open; NULL does nothing */
void loop_on_turn(struct loop *loop, loop_turn turn, void *user);    /* up to 64, called in order */
void loop_on_flush(struct loop *loop, loop_flush flush, void *user); /* up to 64 */
/* No turn or flush of this user from now on. */
void loop_off(struct loop *loop, const void *user);
GW_NODISCARD gw_err loop_on_signal(struct loop *loop, int signum, loop_signal handler, void *user);
/* `readable` runs when something can be read from the descriptor, or its end has come, until that
 * is unwatched; the descriptor stays the caller's, who closes it afterwards. Unwatch it before
 * loop_destroy. */
struct loop_watch;
struct loop_watch *loop_watch(struct loop *loop, int fd, void (*readable)(void *user), void *user);
void loop_unwatch(struct loop_watch *watch); /* NULL does nothing */
void loop_run(struct loop *loop);            /* until loop_stop */
void loop_stop(struct loop *loop);
void loop_wake(struct loop *loop); /* another turn follows at once: posted work waits */
const struct clock *loop_clock(const struct loop *loop);
struct worker_pool *loop_workers(struct loop *loop);

/* For os/ and net/ only. Whoever is called by libuv begins with loop_begin: the first in a turn
 * moves the clock. */
struct uv_loop_s *loop_uv(struct loop *loop);
void loop_begin(struct loop *loop);
