/* model: an aoi beside the definition of sight, evaluated for every two members. */
#pragma once

#include "aoi/aoi.h"

struct actor {
    bool is_in;
    uint32_t member;
    float x, z, distance;
    unsigned parts;
};

struct model {
    struct aoi *aoi;
    size_t count, changing; /* actors, and the one that the running call is made for */
    struct actor *actors;
    bool *sees; /* [watcher * count + subject], by definition */
    bool *told; /* the same, as it was told to those that listen */
    bool *is_listed;
    uint64_t pairs, events;
};

void model_init(struct model *m, size_t count);
void model_fini(struct model *m);

/* Each makes the call and checks everything that concerns the actor: what was told, the lists, the
 * pairs. */
void model_enter(struct model *m, size_t actor, struct actor as);
void model_move(struct model *m, size_t actor, float x, float z);
void model_leave(struct model *m, size_t actor);
void model_set_listens(struct model *m, size_t actor, bool listens);

/* The actor's lists hold what they have to, and each once. */
void model_check_lists(const struct model *m, size_t actor);
