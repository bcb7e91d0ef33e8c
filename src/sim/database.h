/* database: the one database of a simulated cluster, which may be slow, fail, or lose a process. */
#pragma once

#include "net/random.h"
#include "store/kv.h"
#include "store/storage.h"

/* What lasts: entities and keys. It outlives every process. */
struct database_shared {
    void *entities, *keys;
    struct random random;
    unsigned fail_percent;
};

struct database_shared *database_create(uint64_t seed);
void database_destroy(struct database_shared *shared);

/* A process's connection to it. */
struct database {
    char url[8]; /* first: how the databases' `open` finds the connection */
    struct database_shared *shared;
    bool dead; /* its process has been killed: what it writes is not written */
};

/* `url` of both is the connection's. */
extern const struct storage_ops database_storage;
extern const struct kv_ops database_kv;
