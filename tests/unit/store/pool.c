/* Worker pools, logs and folders for the tests of the store. */
#include "pool.h"

#include "base/assert.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

static void push(struct pool_queue *q, struct work *work)
{
    ASSERT(q->count < POOL_WORK_MAX);
    q->work[(q->first + q->count++) % POOL_WORK_MAX] = work;
}

static struct work *pop(struct pool_queue *q)
{
    struct work *work = q->work[q->first];
    q->first = (q->first + 1) % POOL_WORK_MAX;
    q->count--;
    return work;
}

static void *serve(void *user)
{
    struct pool *pool = user;
    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        while (!pool->todo.count && !pool->stop)
            pthread_cond_wait(&pool->changed, &pool->mutex);
        if (!pool->todo.count)
            break;
        struct work *work = pop(&pool->todo);
        pthread_mutex_unlock(&pool->mutex);
        work->run(work);
        pthread_mutex_lock(&pool->mutex);
        push(&pool->finished, work);
        pthread_cond_broadcast(&pool->changed);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

static void submit(struct worker_pool *base, struct work *work)
{
    struct pool *pool = (struct pool *)base;
    pthread_mutex_lock(&pool->mutex);
    pool->under_way++;
    pool->submitted++;
    push(&pool->todo, work);
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->mutex);
}

void pool_init(struct pool *pool, bool threaded)
{
    *pool = (struct pool){.base.submit = submit, .threaded = threaded};
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->changed, NULL);
    if (threaded)
        ASSERT(pthread_create(&pool->thread, NULL, serve, pool) == 0);
}

void pool_fini(struct pool *pool)
{
    ASSERT(pool->under_way == 0);
    pthread_mutex_lock(&pool->mutex);
    pool->stop = true;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->mutex);
    if (pool->threaded)
        pthread_join(pool->thread, NULL);
    pthread_mutex_destroy(&pool->mutex);
    pthread_cond_destroy(&pool->changed);
}

void pool_turn(struct pool *pool)
{
    ASSERT(pool->under_way > 0);
    pthread_mutex_lock(&pool->mutex);
    while (pool->threaded && !pool->finished.count)
        pthread_cond_wait(&pool->changed, &pool->mutex);
    struct work *work = pool->threaded ? pop(&pool->finished) : pop(&pool->todo);
    pool->under_way--;
    pthread_mutex_unlock(&pool->mutex);
    if (!pool->threaded)
        work->run(work);
    work->done(work);
}

static void log_remember(void *user, enum log_level level, const char *line, size_t size)
{
    struct test_log *log = user;
    (void)level;
    log->lines++;
    if (log->size + size + 2 > sizeof log->text)
        return;
    memcpy(log->text + log->size, line, size);
    log->size += size;
    log->text[log->size++] = '\n';
}

void test_log_init(struct test_log *log)
{
    *log = (struct test_log){.log = {.write = log_remember, .user = log}};
}

void path_init(struct path *path)
{
    snprintf(path->folder, sizeof path->folder, "/tmp/goworld_store_XXXXXX");
    ASSERT(mkdtemp(path->folder));
    snprintf(path->file, sizeof path->file, "%s/a/b/world.db", path->folder);
}

static int remove_entry(const char *name, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(name);
}

void path_fini(struct path *path)
{
    nftw(path->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}
