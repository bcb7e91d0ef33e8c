/* Worker pools for tests: one that works on a thread, one that works when it is asked to. */
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "os/worker.h"

#include <pthread.h>

enum { POOL_WORK_MAX = 1024 };

/* A ring of work. */
struct pool_queue {
    struct work *work[POOL_WORK_MAX];
    size_t first, count;
};

struct pool {
    struct worker_pool base;
    bool threaded, stop;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct pool_queue todo, finished;
    size_t under_way; /* submitted and not called back */
    size_t submitted;
};

void pool_init(struct pool *pool, bool threaded);
void pool_fini(struct pool *pool);
void pool_turn(struct pool *pool); /* waits for one piece of work and calls its done */

/* A log that remembers. */
struct test_log {
    struct log log;
    char text[65536];
    size_t size;
    unsigned lines;
};
void test_log_init(struct test_log *log);

/* A path in a new folder, with the folders a/b missing; the folder is removed by path_fini. */
struct path {
    char folder[64], file[128];
};
void path_init(struct path *path);
void path_fini(struct path *path);
