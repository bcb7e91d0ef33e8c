/* Password hashes, a few at a time. */
#include "store/password.h"

#include "base/assert.h"
#include "base/buf.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define RUNNING_MAX 2u /* each takes 64 MiB while it runs */

_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "libsodium's size of a hash");

struct job {
    struct work work; /* first, so that a work is its job */
    struct passwords *owner;
    struct job *next;
    password_hashed hashed; /* NULL: a check */
    password_checked checked;
    void *user;
    gw_err err;
    char hash[PASSWORD_HASH_SIZE];
    size_t size;
    char password[];
};

struct passwords {
    struct worker_pool *workers;
    struct job *first, *last; /* waiting */
    unsigned pending, running;
};

struct passwords *passwords_create(struct worker_pool *workers)
{
    ASSERT(sodium_init() >= 0);
    struct passwords *p = mem_zalloc(sizeof *p);
    p->workers = workers;
    return p;
}

void passwords_destroy(struct passwords *p)
{
    if (!p)
        return;
    ASSERT(passwords_are_idle(p));
    free(p);
}

bool passwords_are_idle(const struct passwords *p)
{
    return p->pending == 0;
}

static void run(struct work *work)
{
    struct job *job = (struct job *)work;
    if (!job->hashed)
        job->err =
            crypto_pwhash_str_verify(job->hash, job->password, job->size) ? GW_EDENIED : GW_OK;
    else if (crypto_pwhash_str(job->hash, job->password, job->size,
                               crypto_pwhash_OPSLIMIT_INTERACTIVE,
                               crypto_pwhash_MEMLIMIT_INTERACTIVE))
        job->err = GW_ENOMEM;
}

static void start(struct passwords *p)
{
    while (p->first && p->running < RUNNING_MAX) {
        struct job *job = p->first;
        p->first = job->next;
        if (!p->first)
            p->last = NULL;
        p->running++;
        worker_submit(p->workers, &job->work);
    }
}

static void done(struct work *work)
{
    struct job *job = (struct job *)work;
    struct passwords *p = job->owner;
    p->running--;
    p->pending--;
    if (job->hashed)
        job->hashed(job->user, job->err, job->err ? "" : job->hash);
    else
        job->checked(job->user, job->err);
    sodium_memzero(job, sizeof *job + job->size);
    free(job);
    start(p);
}

static gw_err submit(struct passwords *p, struct job model, const char *password)
{
    if (p->pending >= PASSWORD_PENDING_MAX)
        return GW_EFULL;
    size_t size = strlen(password);
    struct job *job = mem_alloc(sizeof *job + size);
    *job = model;
    job->work = (struct work){.run = run, .done = done};
    job->owner = p;
    job->size = size;
    memcpy(job->password, password, size);
    if (p->last)
        p->last->next = job;
    else
        p->first = job;
    p->last = job;
    p->pending++;
    start(p);
    return GW_OK;
}

gw_err password_hash(struct passwords *p, const char *password, password_hashed hashed, void *user)
{
    return submit(p, (struct job){.hashed = hashed, .user = user}, password);
}

gw_err password_check(struct passwords *p, const char *hash, const char *password,
                      password_checked checked, void *user)
{
    struct job model = {.checked = checked, .user = user};
    size_t size = strlen(hash);
    if (size >= sizeof model.hash)
        return GW_EINVAL;
    memcpy(model.hash, hash, size + 1);
    return submit(p, model, password);
}
