/* stop: see stop.h. */
#include "game/stop.h"

#include "base/sentence.h"
#include "host/control.h"
#include "os/notify.h"

#include <stdlib.h>
#include <unistd.h>

#define PROGRESS_INTERVAL_MS 1000

static int64_t now_ms(const struct stop *stop)
{
    return loop_clock(stop->desc.host->loop)->now_ms;
}

static struct control_progress progress_of(const struct stop *stop)
{
    const struct storage_stats *storage = storage_stats(stop->desc.storage);
    int64_t left_ms = stop->has_begun ? stop->deadline_ms - now_ms(stop) : stop->desc.timeout_ms;
    return (struct control_progress){
        .requests = storage->queue_requests + kv_stats(stop->desc.kv)->queue_requests,
        .bytes = storage->queue_bytes,
        .left_ms = left_ms > 0 ? (uint64_t)left_ms : 0,
    };
}

static void forget(struct stop *stop, unsigned i)
{
    close(stop->watchers[i]);
    stop->watchers[i] = stop->watchers[--stop->watcher_count];
}

/* Who does not read, or has left, is not told any more. */
static void tell(struct stop *stop, const struct control_progress *progress)
{
    for (unsigned i = stop->watcher_count; i-- > 0;)
        if (control_tell(stop->watchers[i], progress))
            forget(stop, i);
}

void stop_watched_by(struct stop *stop, int fd)
{
    struct control_progress progress = progress_of(stop);
    if (stop->watcher_count == STOP_WATCHERS_MAX)
        forget(stop, 0);
    stop->watchers[stop->watcher_count++] = fd;
    tell(stop, &progress); /* also when there is nothing to save: who hears nothing would signal */
}

static void begin(struct stop *stop)
{
    stop->has_begun = true;
    stop->deadline_ms = now_ms(stop) + stop->desc.timeout_ms;
    log_info(stop->desc.log, "stopping", "entities=%llu",
             (unsigned long long)world_stats(game_world(stop->desc.core))->entities);
    game_stop(stop->desc.core);
}

static void tell_all(struct stop *stop)
{
    struct control_progress progress = progress_of(stop);
    log_info(stop->desc.log, "saving", "requests=%llu bytes=%llu left_ms=%llu",
             (unsigned long long)progress.requests, (unsigned long long)progress.bytes,
             (unsigned long long)progress.left_ms);
    os_notify_saving(progress.requests, 2 * PROGRESS_INTERVAL_MS);
    tell(stop, &progress);
}

bool stop_turn(struct stop *stop)
{
    if (!stop->has_begun)
        begin(stop);
    if (game_is_idle(stop->desc.core) || now_ms(stop) >= stop->deadline_ms)
        return true;
    if (now_ms(stop) >= stop->progress_due_ms) {
        stop->progress_due_ms = now_ms(stop) + PROGRESS_INTERVAL_MS;
        tell_all(stop);
    }
    return false;
}

static char *say_unsaved(struct stop *stop)
{
    struct control_progress progress = progress_of(stop);
    bool is_late = stop->has_begun && now_ms(stop) >= stop->deadline_ms;
    const char *why = is_late ? "stop_timeout is over" : "told to end at once";
    log_error(stop->desc.log, "stopped_unsaved", "requests=%llu bytes=%llu why=\"%s\"",
              (unsigned long long)progress.requests, (unsigned long long)progress.bytes, why);
    return sentence("ended before everything was saved (%s): %llu requests waited for the "
                    "databases; what they would have saved is as it was before",
                    why, (unsigned long long)progress.requests);
}

static void tell_end(struct stop *stop, enum control_end end)
{
    struct control_progress progress = progress_of(stop);
    progress.end = end;
    tell(stop, &progress);
    while (stop->watcher_count)
        forget(stop, 0);
}

char *stop_end(struct stop *stop)
{
    char *unsaved = NULL;
    if (!game_is_idle(stop->desc.core))
        unsaved = say_unsaved(stop);
    else if (stop->has_begun)
        log_info(stop->desc.log, "stopped", "");
    tell_end(stop, unsaved ? CONTROL_UNSAVED : CONTROL_SAVED);
    return unsaved;
}

void stop_handed_on(struct stop *stop)
{
    tell_end(stop, CONTROL_HANDED_ON);
}

void stop_init(struct stop *stop, const struct stop_desc *desc)
{
    *stop = (struct stop){.desc = *desc};
}
