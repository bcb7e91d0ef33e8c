/* The loop: the order within a turn, deadlines, waking, signals and work. */
#include "os/loop.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

/* Writes down what ran, a letter each. */
struct trace {
    struct loop *loop;
    char text[64];
    size_t size;
    unsigned turns;
    unsigned stop_at;  /* this turn stops the loop */
    int64_t wanted_ms; /* what the turn returns */
};

static void note(struct trace *trace, char letter)
{
    if (trace->size < sizeof trace->text - 1)
        trace->text[trace->size++] = letter;
}

static int64_t turn(void *user)
{
    struct trace *trace = user;
    note(trace, 't');
    if (++trace->turns == trace->stop_at)
        loop_stop(trace->loop);
    return trace->wanted_ms;
}

static int64_t second_turn(void *user)
{
    note(user, 'u');
    return CLOCK_NEVER;
}

static void flush(void *user)
{
    note(user, 'f');
}

static void trace_init(struct trace *trace, unsigned stop_at)
{
    *trace = (struct trace){.stop_at = stop_at, .wanted_ms = CLOCK_NEVER};
    assert_int_equal(loop_create(&trace->loop), GW_OK);
    loop_on_turn(trace->loop, turn, trace);
}

static void the_first_turn_comes_by_itself_with_turns_before_flushes(void **state)
{
    (void)state;
    struct trace trace;
    trace_init(&trace, 1);
    loop_on_turn(trace.loop, second_turn, &trace);
    loop_on_flush(trace.loop, flush, &trace);
    loop_run(trace.loop);
    assert_non_null(strstr(trace.text, "tuf"));
    assert_int_equal(trace.turns, 1);
    loop_destroy(trace.loop);
}

static int64_t want_soon(void *user)
{
    struct trace *trace = user;
    int64_t now_ms = loop_clock(trace->loop)->now_ms;
    if (trace->turns++ == 0)
        trace->wanted_ms = now_ms + 20;
    if (now_ms >= trace->wanted_ms)
        loop_stop(trace->loop);
    return trace->wanted_ms;
}

static void a_turn_comes_when_it_was_wanted_and_not_before(void **state)
{
    (void)state;
    struct trace trace = {0};
    assert_int_equal(loop_create(&trace.loop), GW_OK);
    loop_on_turn(trace.loop, want_soon, &trace);
    loop_run(trace.loop);
    assert_in_range(trace.turns, 2, 3); /* not one per millisecond */
    loop_destroy(trace.loop);
}

static int64_t wake_once(void *user)
{
    struct trace *trace = user;
    if (++trace->turns == 1)
        loop_wake(trace->loop);
    else
        loop_stop(trace->loop);
    return CLOCK_NEVER;
}

static void waking_inside_a_turn_gives_another_one(void **state)
{
    (void)state;
    struct trace trace = {0};
    assert_int_equal(loop_create(&trace.loop), GW_OK);
    loop_on_turn(trace.loop, wake_once, &trace);
    loop_run(trace.loop);
    assert_int_equal(trace.turns, 2);
    loop_destroy(trace.loop);
}

static void waking_outside_gives_one_when_it_runs(void **state)
{
    (void)state;
    struct trace trace;
    trace_init(&trace, 1);
    loop_run(trace.loop);
    trace.stop_at = 2;
    loop_wake(trace.loop);
    loop_run(trace.loop);
    assert_int_equal(trace.turns, 2);
    loop_destroy(trace.loop);
}

static void whoever_is_off_is_not_called(void **state)
{
    (void)state;
    struct trace trace, gone = {0};
    trace_init(&trace, 1);
    loop_on_turn(trace.loop, second_turn, &gone);
    loop_on_flush(trace.loop, flush, &gone);
    loop_off(trace.loop, &gone);
    loop_run(trace.loop);
    assert_int_equal(gone.size, 0);
    loop_destroy(trace.loop);
}

/* Ends itself and the flush of the trace, between two others. */
struct quitter {
    struct trace *trace;
};

static int64_t quit(void *user)
{
    const struct quitter *quitter = user;
    note(quitter->trace, 'q');
    loop_off(quitter->trace->loop, quitter);
    return CLOCK_NEVER;
}

static void quit_flush(void *user)
{
    note(((struct quitter *)user)->trace, 'x');
}

static void whoever_ends_inside_a_turn_takes_nobody_along(void **state)
{
    (void)state;
    struct trace trace;
    struct quitter quitter = {&trace};
    trace_init(&trace, 2);
    trace.wanted_ms = 0;
    loop_on_turn(trace.loop, quit, &quitter);
    loop_on_turn(trace.loop, second_turn, &trace);
    loop_on_flush(trace.loop, quit_flush, &quitter);
    loop_on_flush(trace.loop, flush, &trace);
    loop_run(trace.loop);
    trace.text[trace.size] = '\0';
    assert_string_equal(strchr(trace.text, 't'), "tquff"
                                                 "tuf");
    loop_destroy(trace.loop);
}

/* A pipe that becomes readable stands for a peer's bytes. */
struct source {
    struct trace trace;
    uv_poll_t poll;
    int fds[2];
    const struct clock *clock;
    int64_t read_at_ms, turn_at_ms;
    bool has_output;
};

static void readable(uv_poll_t *poll, int status, int events)
{
    struct source *source = poll->data;
    char byte;
    (void)status;
    (void)events;
    loop_begin(source->trace.loop);
    note(&source->trace, 'r');
    source->read_at_ms = source->clock->now_ms;
    assert_int_equal(read(source->fds[0], &byte, 1), 1);
}

static int64_t turn_of_source(void *user)
{
    struct source *source = user;
    note(&source->trace, 't');
    source->turn_at_ms = source->clock->now_ms;
    if (source->read_at_ms)
        loop_stop(source->trace.loop);
    return CLOCK_NEVER;
}

static void what_is_read_is_handled_and_flushed_in_the_same_turn(void **state)
{
    (void)state;
    struct source source = {0};
    assert_int_equal(loop_create(&source.trace.loop), GW_OK);
    source.clock = loop_clock(source.trace.loop);
    assert_int_equal(pipe(source.fds), 0);
    uv_poll_init(loop_uv(source.trace.loop), &source.poll, source.fds[0]);
    source.poll.data = &source;
    uv_poll_start(&source.poll, UV_READABLE, readable);
    loop_on_turn(source.trace.loop, turn_of_source, &source);
    loop_on_flush(source.trace.loop, flush, &source.trace);
    assert_int_equal(write(source.fds[1], "x", 1), 1);
    loop_run(source.trace.loop);
    assert_non_null(strstr(source.trace.text, "rtf"));
    assert_int_equal(source.read_at_ms, source.turn_at_ms); /* one turn, one time */
    loop_destroy(source.trace.loop);
    close(source.fds[0]);
    close(source.fds[1]);
}

/* Writes once, as a transport does with what waits in its queue. */
static void flush_of_source(void *user)
{
    struct source *source = user;
    if (source->has_output)
        assert_int_equal(write(source->fds[1], "x", 1), 1);
    source->has_output = false;
}

static void what_is_written_outside_of_a_turn_leaves_before_the_loop_waits(void **state)
{
    (void)state;
    struct source source = {0};
    assert_int_equal(loop_create(&source.trace.loop), GW_OK);
    source.clock = loop_clock(source.trace.loop);
    assert_int_equal(pipe(source.fds), 0);
    uv_poll_init(loop_uv(source.trace.loop), &source.poll, source.fds[0]);
    source.poll.data = &source;
    uv_poll_start(&source.poll, UV_READABLE, readable);
    loop_on_turn(source.trace.loop, turn_of_source, &source);
    loop_on_flush(source.trace.loop, flush_of_source, &source);
    source.read_at_ms = 1; /* the first turn, which comes by itself, stops the loop */
    loop_run(source.trace.loop);
    source.read_at_ms = 0;
    source.has_output = true;
    loop_run(source.trace.loop); /* only the bytes that are written end it */
    assert_int_equal(source.trace.text[source.trace.size - 2], 'r');
    loop_destroy(source.trace.loop);
    close(source.fds[0]);
    close(source.fds[1]);
}

static void signal_arrived(void *user, int signum)
{
    struct trace *trace = user;
    assert_int_equal(signum, SIGUSR1);
    note(trace, 's');
    loop_stop(trace->loop);
}

static void a_signal_arrives_in_a_turn(void **state)
{
    (void)state;
    struct trace trace;
    trace_init(&trace, 0);
    assert_int_equal(loop_on_signal(trace.loop, SIGUSR1, signal_arrived, &trace), GW_OK);
    assert_int_equal(loop_on_signal(trace.loop, SIGKILL, signal_arrived, &trace), GW_EINVAL);
    kill(getpid(), SIGUSR1);
    loop_run(trace.loop);
    assert_non_null(strstr(trace.text, "st"));
    loop_destroy(trace.loop);
}

struct job {
    struct work work;
    struct loop *loop;
    unsigned *done;
    bool ran;
};

enum { JOBS = 50 };

static void job_run(struct work *work)
{
    ((struct job *)work)->ran = true;
}

static void job_done(struct work *work)
{
    struct job *job = (struct job *)work;
    assert_true(job->ran);
    if (++*job->done == JOBS)
        loop_stop(job->loop);
}

static void work_comes_back(void **state)
{
    (void)state;
    struct job jobs[JOBS];
    struct trace trace;
    unsigned done = 0;
    trace_init(&trace, 0);
    for (unsigned i = 0; i < JOBS; i++) {
        jobs[i] = (struct job){
            .work = {.run = job_run, .done = job_done}, .loop = trace.loop, .done = &done};
        worker_submit(loop_workers(trace.loop), &jobs[i].work);
    }
    loop_run(trace.loop);
    assert_int_equal(done, JOBS);
    loop_destroy(trace.loop);
}

static void destroying_the_loop_waits_for_work(void **state)
{
    (void)state;
    struct job job;
    struct trace trace;
    unsigned done = 0;
    trace_init(&trace, 0);
    job = (struct job){.work = {.run = job_run, .done = job_done}, .done = &done};
    worker_submit(loop_workers(trace.loop), &job.work);
    loop_destroy(trace.loop);
    assert_int_equal(done, 1);
    loop_destroy(NULL);
}

static void the_clock_is_there_before_the_first_turn(void **state)
{
    (void)state;
    struct trace trace;
    trace_init(&trace, 0);
    assert_true(loop_clock(trace.loop)->now_ms > 0);
    assert_true(loop_clock(trace.loop)->wall_ms > INT64_C(1600000000000));
    loop_destroy(trace.loop);
}

struct watcher {
    struct loop *loop;
    struct loop_watch *watch;
    int fd;
    unsigned read;
};

static void read_and_stop(void *user)
{
    struct watcher *w = user;
    char byte;
    w->read += read(w->fd, &byte, 1) == 1;
    if (w->read < 2)
        return;
    loop_unwatch(w->watch);
    loop_stop(w->loop);
}

static void a_watched_descriptor_is_told_of_until_it_is_unwatched(void **state)
{
    (void)state;
    struct trace trace;
    int ends[2];
    trace_init(&trace, 0);
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    struct watcher w = {.loop = trace.loop, .fd = ends[0]};
    w.watch = loop_watch(trace.loop, ends[0], read_and_stop, &w);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    loop_run(trace.loop);
    assert_int_equal(w.read, 2);
    loop_unwatch(NULL);
    loop_destroy(trace.loop);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_turn_comes_by_itself_with_turns_before_flushes),
        cmocka_unit_test(a_turn_comes_when_it_was_wanted_and_not_before),
        cmocka_unit_test(waking_inside_a_turn_gives_another_one),
        cmocka_unit_test(waking_outside_gives_one_when_it_runs),
        cmocka_unit_test(whoever_is_off_is_not_called),
        cmocka_unit_test(whoever_ends_inside_a_turn_takes_nobody_along),
        cmocka_unit_test(what_is_read_is_handled_and_flushed_in_the_same_turn),
        cmocka_unit_test(what_is_written_outside_of_a_turn_leaves_before_the_loop_waits),
        cmocka_unit_test(a_signal_arrives_in_a_turn),
        cmocka_unit_test(work_comes_back),
        cmocka_unit_test(destroying_the_loop_waits_for_work),
        cmocka_unit_test(the_clock_is_there_before_the_first_turn),
        cmocka_unit_test(a_watched_descriptor_is_told_of_until_it_is_unwatched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
