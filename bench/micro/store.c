/* Prints how many entities a second are saved into one SQLite file, by one process and by three at
 * once, and what a save costs. `store [SECONDS [FOLDER]]`: the file lies in FOLDER, else in /tmp.
 */
#include "os/loop.h"
#include "os/system.h"
#include "store/storage.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENTITIES = 20000, RECORD_BYTES = 200, OUTSTANDING_MAX = 4096, PROCESSES_MAX = 3 };

struct result {
    uint64_t saves, batches, cpu_ns;
    int64_t longest_ms; /* from a save to its answer */
};

struct saver {
    struct loop *loop;
    struct storage *storage;
    const struct clock *clock;
    int64_t end_ms;
    unsigned process, next, outstanding;
    int64_t asked_ms[ENTITIES];
    struct result result;
};

static void saved(void *user, gw_err err);

static gw_id id_of(unsigned process, unsigned number)
{
    char text[32];
    gw_id id;
    snprintf(text, sizeof text, "Bench%01u%010u", process, number);
    memcpy(id.text, text, sizeof id.text);
    return id;
}

static void save_next(struct saver *s)
{
    uint8_t record[RECORD_BYTES];
    unsigned number = s->next++ % ENTITIES;
    memset(record, (int)s->next, sizeof record);
    struct view data = {record, sizeof record};
    /* Not in the order of the ids, as entities do not save in that order either. */
    gw_id id = id_of(s->process, (unsigned)(number * 7919ull % ENTITIES));
    if (storage_save(s->storage, "Avatar", id, data, saved, s))
        exit(1);
    s->asked_ms[number] = s->clock->now_ms;
    s->outstanding++;
}

/* Answers come in the order of the saves. */
static void saved(void *user, gw_err err)
{
    struct saver *s = user;
    if (err)
        exit(1);
    unsigned number = (s->next - s->outstanding) % ENTITIES;
    int64_t wait_ms = s->clock->now_ms - s->asked_ms[number];
    if (wait_ms > s->result.longest_ms)
        s->result.longest_ms = wait_ms;
    s->outstanding--;
    s->result.saves++;
}

static int64_t turn(void *user)
{
    struct saver *s = user;
    int64_t next_ms = storage_turn(s->storage);
    if (s->clock->now_ms < s->end_ms)
        while (s->outstanding < OUTSTANDING_MAX)
            save_next(s);
    else if (storage_is_idle(s->storage))
        loop_stop(s->loop);
    return next_ms < s->end_ms ? next_ms : s->end_ms;
}

static void open_storage(struct saver *s, const char *file, const struct log *log)
{
    char *error = NULL;
    struct storage_desc desc = {.ops = &storage_sqlite,
                                .url = file,
                                .workers = loop_workers(s->loop),
                                .clock = s->clock,
                                .log = log};
    if (storage_create(&desc, &s->storage, &error)) {
        fprintf(stderr, "store: %s\n", error);
        exit(1);
    }
}

/* In a child. */
static void save_for(unsigned process, const char *file, int64_t time_ms, int to_parent)
{
    static struct saver s;
    static const struct log log = {.level = LOG_WARN, .write = log_write_file};
    struct log to_stderr = log;
    struct os_usage before, after;
    to_stderr.user = stderr;
    s.process = process;
    if (loop_create(&s.loop))
        exit(1);
    s.clock = loop_clock(s.loop);
    open_storage(&s, file, &to_stderr);
    os_usage(&before);
    s.end_ms = s.clock->now_ms + time_ms;
    loop_on_turn(s.loop, turn, &s);
    loop_run(s.loop);
    os_usage(&after);
    s.result.batches = storage_stats(s.storage)->batches;
    s.result.cpu_ns = after.cpu_ns - before.cpu_ns;
    storage_destroy(s.storage);
    loop_destroy(s.loop);
    if (write(to_parent, &s.result, sizeof s.result) != sizeof s.result)
        exit(1);
    exit(0);
}

static void add(struct result *sum, const struct result *r)
{
    sum->saves += r->saves;
    sum->batches += r->batches;
    sum->cpu_ns += r->cpu_ns;
    if (r->longest_ms > sum->longest_ms)
        sum->longest_ms = r->longest_ms;
}

static void measure(unsigned processes, const char *folder, int64_t time_ms)
{
    char file[512];
    struct result sum = {0}, result;
    int pipes[2];
    snprintf(file, sizeof file, "%s/%u.db", folder, processes);
    if (pipe(pipes))
        exit(1);
    for (unsigned i = 0; i < processes; i++)
        if (fork() == 0)
            save_for(i, file, time_ms, pipes[1]);
    for (unsigned i = 0; i < processes; i++) {
        int status;
        if (wait(&status) < 0 || status != 0 ||
            read(pipes[0], &result, sizeof result) != sizeof result)
            exit(1);
        add(&sum, &result);
    }
    printf("%9u %12.0f %12.0f %14.1f %14.1f %14lld\n", processes,
           (double)sum.saves * 1e3 / (double)time_ms, (double)sum.cpu_ns / (double)sum.saves,
           (double)sum.saves / (double)sum.batches,
           (double)time_ms * processes / (double)sum.batches, (long long)sum.longest_ms);
    close(pipes[0]);
    close(pipes[1]);
}

static void remove_folder(const char *folder)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (unsigned processes = 1; processes <= PROCESSES_MAX; processes++)
        for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
            char file[512];
            snprintf(file, sizeof file, "%s/%u.db%s", folder, processes, suffixes[i]);
            unlink(file);
        }
    rmdir(folder);
}

int main(int argc, char **argv)
{
    char folder[256];
    int64_t time_ms = (int64_t)((argc > 1 ? atof(argv[1]) : 3) * 1000);
    snprintf(folder, sizeof folder, "%s/goworld_bench_XXXXXX", argc > 2 ? argv[2] : "/tmp");
    if (time_ms <= 0 || !mkdtemp(folder)) {
        fprintf(stderr, "usage: store [SECONDS [FOLDER]]\n");
        return 1;
    }
    printf("%9s %12s %12s %14s %14s %14s\n", "processes", "saves/s", "cpu ns/save", "saves/commit",
           "ms/commit", "longest ms");
    fflush(stdout);
    for (unsigned processes = 1; processes <= PROCESSES_MAX; processes += 2) {
        measure(processes, folder, time_ms);
        fflush(stdout);
    }
    remove_folder(folder);
    return 0;
}
