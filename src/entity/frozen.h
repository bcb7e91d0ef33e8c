/* frozen: the form in which a world goes into another process: what the files of src/entity write
 * of it and read again; docs/internals/reload.md. */
#pragma once

#include "entity/state.h"

#define FROZEN_VERSION 1u /* of the form; another one is refused */

/* What is true of an entity, or stands in its record. */
enum frozen_flag {
    FROZEN_IN_SPACE = 1u << 0, /* which is not the nil space */
    FROZEN_MEMBER = 1u << 1,   /* of the space's AOI */
    FROZEN_CLIENT = 1u << 2,
    FROZEN_TIMERS = 1u << 3,
    FROZEN_SAVED_LATER = 1u << 4,
    FROZEN_SYNCING = 1u << 5,
    FROZEN_AWAY = 1u << 6,
    FROZEN_ANNOUNCED = 1u << 7,
    FROZEN_SAVED = 1u << 8,
    FROZEN_BEHIND_FENCE = 1u << 9,
    FROZEN_CALLED_SINCE = 1u << 10,
};

/* Why a world cannot be read, or go on. The first failure stays. */
struct thaw {
    struct world *world;
    struct reader in;
    char *error; /* a sentence, or NULL */
};

void thaw_fail(struct thaw *t, const char *format, ...) GW_PRINTF(2, 3);
bool thaw_failed(struct thaw *t); /* also because the bytes have ended too early */

/* Times go as what is left of them: the clock of another machine is another one. */
void write_left(struct buf *b, const struct world *w, int64_t due_ms);
int64_t read_due(struct thaw *t);

/* Each part of the world as its file has it: written when the world is at rest, read into one that
 * has just been made. */
void timers_freeze(const struct world *w, const struct entity *e, struct buf *b);
void timers_thaw(struct thaw *t, struct entity *e);
void trips_freeze(const struct world *w, struct buf *b);
void trips_thaw(struct thaw *t);
void leavers_freeze(const struct world *w, struct buf *b);
void leavers_thaw(struct thaw *t);
void arrivals_freeze(const struct world *w, struct buf *b);
void arrivals_thaw(struct thaw *t);
void services_freeze(const struct world *w, struct buf *b);
void services_thaw(struct thaw *t);
void local_freeze(const struct world *w, struct buf *b);
void local_thaw(struct thaw *t);
