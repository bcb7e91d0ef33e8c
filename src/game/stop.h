/* stop: how the process of a game comes to its end: everything is saved, for which it has a time,
 * and whoever waits for that is told how it goes. */
#pragma once

#include "game/game.h"
#include "host/host.h"

enum { STOP_WATCHERS_MAX = 32 };

struct stop_desc {
    struct host *host;
    struct game *core;
    const struct log *log;
    const struct storage *storage;
    const struct kv *kv;
    int64_t timeout_ms;
};

struct stop {
    struct stop_desc desc;
    bool has_begun;
    int64_t deadline_ms, progress_due_ms;
    int watchers[STOP_WATCHERS_MAX]; /* connections of host/control.h */
    unsigned watcher_count;
};

/* Everything in desc is borrowed. */
void stop_init(struct stop *stop, const struct stop_desc *desc);
/* Who waits for the end, by a connection that is closed then: told of what happens. */
void stop_watched_by(struct stop *stop, int fd);
/* In each turn once the process is to end: begins, and goes on. True when all is saved, or the time
 * is over. */
bool stop_turn(struct stop *stop);
/* The end, however it came. NULL when everything was saved; else a sentence, which the caller
 * frees. */
char *stop_end(struct stop *stop);
/* The end of a process whose game goes on elsewhere. */
void stop_handed_on(struct stop *stop);
