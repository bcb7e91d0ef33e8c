/* Passwords, hashed and checked beside the loop, in order and two at a time. */
#include "store/password.h"

#include "base/assert.h"
#include "base/buf.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/queue.h>

_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "the header says libsodium's size");

enum { RUNNING_MAX = 2 }; /* more would take the memory, and the cores from the game */

struct job {
    struct work work;
    STAILQ_ENTRY(job) entry;
    struct passwords *owner;
    password_hashed hashed; /* NULL: check */
    password_checked checked;
    void *user;
    gw_err err;
    char hash[PASSWORD_HASH_SIZE];
    size_t size;
    char password[]; /* not NUL-terminated */
};

struct passwords {
    struct worker_pool *workers;
    STAILQ_HEAD(, job) waiting;
    unsigned pending, running;
    enum password_cost cost;
};

struct passwords *passwords_create(struct worker_pool *workers, enum password_cost cost)
{
    int result = sodium_init(); /* once per process; again does nothing */
    ASSERT(result >= 0);
    struct passwords *p = mem_zalloc(sizeof *p);
    p->workers = workers;
    p->cost = cost;
    STAILQ_INIT(&p->waiting);
    return p;
}

void passwords_destroy(struct passwords *p)
{
    ASSERT(!p || passwords_are_idle(p));
    free(p);
}

bool passwords_are_idle(const struct passwords *p)
{
    return p->pending == 0;
}

static gw_err make_hash(struct job *job)
{
    static const struct {
        unsigned long long operations;
        size_t memory;
    } costs[] = {
        [PASSWORD_COST_LOGIN] = {crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                 crypto_pwhash_MEMLIMIT_INTERACTIVE},
        [PASSWORD_COST_LEAST] = {crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN},
    };
    enum password_cost cost = job->owner->cost;
    int result = crypto_pwhash_str(job->hash, job->password, job->size, costs[cost].operations,
                                   costs[cost].memory);
    return result == 0 ? GW_OK : GW_ENOMEM; /* nothing else can go wrong */
}

static gw_err check_hash(struct job *job)
{
    errno = 0;
    if (crypto_pwhash_str_verify(job->hash, job->password, job->size) == 0)
        return GW_OK;
    return errno == ENOMEM ? GW_ENOMEM : GW_EDENIED;
}

static void run(struct work *work)
{
    struct job *job = (struct job *)work;
    job->err = job->hashed ? make_hash(job) : check_hash(job);
    sodium_memzero(job->password, job->size);
}

static void run_more(struct passwords *p)
{
    struct job *job;
    while (p->running < RUNNING_MAX && (job = STAILQ_FIRST(&p->waiting))) {
        STAILQ_REMOVE_HEAD(&p->waiting, entry);
        p->running++;
        worker_submit(p->workers, &job->work);
    }
}

static void done(struct work *work)
{
    struct job *job = (struct job *)work;
    struct passwords *p = job->owner;
    p->running--;
    run_more(p);
    if (job->hashed)
        job->hashed(job->user, job->err, job->err ? "" : job->hash);
    else
        job->checked(job->user, job->err);
    p->pending--;
    sodium_memzero(job->hash, sizeof job->hash);
    free(job);
}

static struct job *job_new(struct passwords *p, const char *password, size_t size)
{
    struct job *job = mem_zalloc(sizeof *job + size);
    job->work = (struct work){.run = run, .done = done};
    job->owner = p;
    job->size = size;
    memcpy(job->password, password, size);
    return job;
}

static gw_err room_for(const struct passwords *p, size_t size)
{
    if (size > PASSWORD_BYTES_MAX)
        return GW_EINVAL;
    return p->pending < PASSWORD_PENDING_MAX ? GW_OK : GW_EFULL;
}

static void enter(struct passwords *p, struct job *job)
{
    p->pending++;
    STAILQ_INSERT_TAIL(&p->waiting, job, entry);
    run_more(p);
}

gw_err password_hash(struct passwords *p, const char *password, password_hashed hashed, void *user)
{
    size_t size = strlen(password);
    gw_err err = room_for(p, size);
    if (err)
        return err;
    struct job *job = job_new(p, password, size);
    job->hashed = hashed;
    job->user = user;
    enter(p, job);
    return GW_OK;
}

gw_err password_check(struct passwords *p, const char *hash, const char *password,
                      password_checked checked, void *user)
{
    size_t size = strlen(password), hash_size = strlen(hash);
    gw_err err = room_for(p, size);
    if (err)
        return err;
    if (hash_size >= PASSWORD_HASH_SIZE)
        return GW_EINVAL;
    struct job *job = job_new(p, password, size);
    memcpy(job->hash, hash, hash_size + 1);
    job->checked = checked;
    job->user = user;
    enter(p, job);
    return GW_OK;
}
