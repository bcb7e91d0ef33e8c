/* Runs a game on a process's loop, sockets and databases. */
#include "game/host.h"

#include "conf/sentence.h"
#include "game/game.h"
#include "game/registry.h"
#include "host/admin.h"
#include "host/dial.h"
#include "host/sink.h"
#include "os/file.h"
#include "os/system.h"
#include "wire/msgpack.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define PROGRESS_INTERVAL_MS 1000

struct game_host {
    struct host *host;
    struct sink sink;
    struct storage *storage;
    struct kv *kv;
    struct passwords *passwords;
    struct fiber_pool *fibers;
    struct dialler *dialler;
    struct game *core;
    struct admin admin;
    struct http_server *http;
    uint64_t cpu_ns;      /* used when it was last asked for */
    int64_t cpu_asked_ms; /* when that was */
    int64_t progress_due_ms;
    bool serves, finishing;
    bool freezing, frozen, restored;
    const char *frozen_path; /* borrows from `path` */
    struct buf path;
};

/* ---- what the core asks of its process ------------------------------------------------------ */

static void dial(void *user, unsigned index)
{
    dialler_dial(((struct game_host *)user)->dialler, index);
}

static void dispatcher_up(void *user, unsigned index, struct link *link)
{
    game_dispatcher_up(((struct game_host *)user)->core, index, link);
}

static void dispatcher_down(void *user, unsigned index)
{
    game_dispatcher_down(((struct game_host *)user)->core, index);
}

static double cpu_percent(void *user)
{
    struct game_host *server = user;
    struct os_usage usage;
    os_usage(&usage);
    int64_t now_ms = loop_clock(server->host->loop)->now_ms;
    int64_t elapsed_ms = now_ms - server->cpu_asked_ms;
    double percent = 0;
    if (server->cpu_asked_ms && elapsed_ms > 0)
        percent = (double)(usage.cpu_ns - server->cpu_ns) / 1e4 / (double)elapsed_ms;
    server->cpu_ns = usage.cpu_ns;
    server->cpu_asked_ms = now_ms;
    return percent;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- into a file and out of it -------------------------------------------------------------- */

static gw_err write_frozen(struct game_host *server, struct buf *state)
{
    game_freeze(server->core, state);
    gw_err err = file_replace(server->frozen_path, state->data, state->size);
    if (err) {
        char *why = sentence("cannot write %s: %s", server->frozen_path, strerror(errno));
        game_call_off_rest(server->core, why);
        free(why);
    }
    return err;
}

static void complain_not_frozen(struct game_host *server)
{
    server->freezing = false;
    log_error(&server->sink.log, "not_frozen", "why=\"%s\"", game_why_no_rest(server->core));
}

static void freeze_to_file(struct game_host *server)
{
    struct buf state = {0};
    unsigned long long entities = world_stats(game_world(server->core))->entities;
    if (write_frozen(server, &state)) {
        complain_not_frozen(server);
    } else {
        log_info(&server->sink.log, "frozen", "file=%s bytes=%zu entities=%llu",
                 server->frozen_path, state.size, entities);
        server->frozen = true;
        game_abandon(server->core);
        loop_stop(server->host->loop);
    }
    buf_free(&state);
}

static void watch_freeze(struct game_host *server)
{
    enum game_rest rest = game_rest(server->core);
    if (rest == GAME_RESTS)
        freeze_to_file(server);
    else if (rest == GAME_RUNS)
        complain_not_frozen(server);
}

void game_host_freeze(struct game_host *server)
{
    if (server->freezing || server->finishing)
        return;
    if (!game_is_serving(server->core)) {
        log_error(&server->sink.log, "not_frozen", "why=\"a dispatcher is away\"");
        return;
    }
    server->freezing = true;
    game_come_to_rest(server->core);
    loop_wake(server->host->loop);
}

static gw_err restore(struct game_host *server, char **error)
{
    struct buf state = {0};
    char *why = NULL;
    gw_err err = file_read(server->frozen_path, &state);
    if (err == GW_ENOTFOUND)
        *error = sentence("there is no %s to restore the game from: start it without -restore",
                          server->frozen_path);
    else if (err)
        *error = sentence("cannot read %s: %s", server->frozen_path, strerror(errno));
    else if (state.size > UINT32_MAX)
        err = GW_EPROTO, why = sentence("it is too long");
    else
        err = game_restore(server->core, view_of(&state), &why);
    if (why)
        *error = sentence("cannot restore the game from %s: %s", server->frozen_path, why);
    free(why);
    if (!err)
        log_info(&server->sink.log, "restored", "file=%s bytes=%zu entities=%llu",
                 server->frozen_path, state.size,
                 (unsigned long long)world_stats(game_world(server->core))->entities);
    buf_free(&state);
    return err;
}

/* It is never restored twice: what was in it has gone on. */
static void forget_frozen(struct game_host *server)
{
    if (unlink(server->frozen_path) != 0)
        log_error(&server->sink.log, "frozen_file_stays", "file=%s why=\"%s\"", server->frozen_path,
                  strerror(errno));
}

static gw_err restore_if_asked(struct game_host *server, const struct host_options *options,
                               char **error)
{
    server->restored = options->restores;
    if (options->restores)
        return restore(server, error);
    if (access(server->frozen_path, F_OK) == 0)
        log_warn(&server->sink.log, "frozen_file_ignored",
                 "file=%s why=\"started without -restore\"", server->frozen_path);
    return GW_OK;
}

static int64_t turn(void *user)
{
    struct game_host *server = user;
    int64_t due_ms = game_turn(server->core);
    due_ms = earlier(due_ms, storage_turn(server->storage));
    if (!server->serves && game_is_serving(server->core)) {
        server->serves = true;
        log_info(&server->sink.log, "serving", "pid=%u", server->host->ids.pid);
        if (server->restored)
            forget_frozen(server);
        host_serves(server->host);
    }
    if (server->freezing)
        watch_freeze(server);
    return due_ms;
}

/* ---- what /healthz and /metrics say --------------------------------------------------------- */

static const char *trouble(void *user)
{
    const struct game_host *server = user;
    if (server->finishing)
        return "the game is stopping";
    return game_is_serving(server->core) ? NULL : "a dispatcher is away";
}

struct line {
    struct buf *out;
    const char *labels;
};

static const struct metric entities_of_type = {
    .name = "game_entities_of_type",
    .kind = METRIC_GAUGE,
    .help = "Entities of each type that live here",
};

static void print_type(void *user, const char *name, size_t count)
{
    const struct line *line = user;
    metric_print_of(line->out, &entities_of_type, "type", name, count, line->labels);
}

static void print_types(void *user, struct buf *out, const char *labels)
{
    struct line line = {out, labels};
    metric_print_head(out, &entities_of_type);
    world_each_type(game_world(((struct game_host *)user)->core), print_type, &line);
}

static gw_err listen_for_admin(struct game_host *server, const struct conf_game *mine, char **error)
{
    struct admin *admin = &server->admin;
    *admin = (struct admin){.host = server->host,
                            .process = server->sink.process,
                            .trouble = trouble,
                            .print_more = print_types,
                            .user = server};
    admin_add(admin, world_metrics, world_stats(game_world(server->core)));
    admin_add(admin, game_metrics, game_stats(server->core));
    admin_add(admin, registry_metrics, registry_stats(game_registry(server->core)));
    admin_add(admin, dispatchers_metrics, dispatchers_stats(game_dispatchers(server->core)));
    admin_add(admin, storage_metrics, storage_stats(server->storage));
    admin_add(admin, kv_metrics, kv_stats(server->kv));
    return admin_listen(admin, &mine->http, &server->http, error);
}

/* ---- start ---------------------------------------------------------------------------------- */

/* By the names that goworld.ini knows; conf has refused all others. */
static gw_err open_databases(struct game_host *server, const struct conf *conf, char **error)
{
    struct loop *loop = server->host->loop;
    struct storage_desc storage = {
        .ops = &storage_sqlite,
        .url = conf->storage.url,
        .workers = loop_workers(loop),
        .clock = loop_clock(loop),
        .log = &server->sink.log,
    };
    gw_err err = storage_create(&storage, &server->storage, error);
    if (err)
        return err;
    struct kv_desc kv = {
        .ops = &kv_sqlite,
        .url = conf->kvdb.url,
        .workers = loop_workers(loop),
        .clock = loop_clock(loop),
        .log = &server->sink.log,
    };
    return kv_create(&kv, &server->kv, error);
}

static gw_err make_core(struct game_host *server, const struct conf *conf,
                        const struct conf_game *mine, const gw_game *game, unsigned id,
                        char **error)
{
    struct host *host = server->host;
    struct game_desc desc = {
        .world =
            {
                .game = game,
                .gameid = (uint16_t)id,
                .boot_entity = mine->boot_entity,
                .save_interval_ms = (int64_t)mine->save_interval_s * 1000,
                .position_sync_interval_ms = mine->position_sync_interval_ms,
                .client_nesting_max =
                    mine->client_nesting_max < MSGPACK_DEPTH_MAX ? mine->client_nesting_max : 0,
                .clock = loop_clock(host->loop),
                .log = &server->sink.log,
                .ids = &host->ids,
                .storage = server->storage,
                .kv = server->kv,
                .passwords = server->passwords,
                .fibers = server->fibers,
                .seed = host->seed,
                .check_attrs = conf->debug,
            },
        .ban_boot_entity = mine->ban_boot_entity,
        .dispatchers = conf->deployment.dispatchers,
        .pool = &host->pool,
        .epoch = host->epoch,
        .dial = dial,
        .cpu_percent = cpu_percent,
        .user = server,
    };
    return game_create(&desc, &server->core, error);
}

static gw_err start(struct game_host *server, const struct conf *conf, const gw_game *game,
                    const struct host_options *options, char **error)
{
    const struct conf_game *mine = conf_game(conf, options->id);
    if (!mine) {
        *error = sentence("there is no game %u in %s", options->id, conf->path);
        return GW_ENOTFOUND;
    }
    const struct clock *clock = loop_clock(server->host->loop);
    gw_err err = sink_open(&server->sink, &mine->log, "game", options, clock, error);
    if (!err)
        err = open_databases(server, conf, error);
    if (err)
        return err;
    server->passwords = passwords_create(loop_workers(server->host->loop), PASSWORD_COST_LOGIN);
    server->fibers = fiber_pool_create(&(struct fiber_pool_desc){0});
    server->dialler = dialler_create(&(struct dialler_desc){.host = server->host,
                                                            .conf = conf,
                                                            .up = dispatcher_up,
                                                            .down = dispatcher_down,
                                                            .user = server});
    buf_print(&server->path, "%s/game%u_freezed.dat%c", conf->run_dir, options->id, '\0');
    server->frozen_path = (const char *)server->path.data;
    err = make_core(server, conf, mine, game, options->id, error);
    if (!err)
        err = restore_if_asked(server, options, error);
    return err ? err : listen_for_admin(server, mine, error);
}

gw_err game_host_start(struct host *host, const struct conf *conf, const gw_game *game,
                       const struct host_options *options, struct game_host **out, char **error)
{
    struct game_host *server = mem_zalloc(sizeof *server);
    server->host = host;
    gw_err err = start(server, conf, game, options, error);
    if (err) {
        (void)game_host_stop(server);
        return err;
    }
    loop_on_turn(host->loop, turn, server);
    host_await(host);
    *out = server;
    return GW_OK;
}

/* ---- end ------------------------------------------------------------------------------------ */

bool game_host_finish(struct game_host *server)
{
    const struct clock *clock = loop_clock(server->host->loop);
    if (server->restored && !server->serves) { /* its file stays what there is of it */
        game_abandon(server->core);
        return true;
    }
    if (!server->finishing) {
        server->finishing = true;
        log_info(&server->sink.log, "stopping", "entities=%llu",
                 (unsigned long long)world_stats(game_world(server->core))->entities);
        game_stop(server->core);
    }
    if (game_is_idle(server->core)) {
        log_info(&server->sink.log, "stopped", "");
        return true;
    }
    if (clock->now_ms >= server->progress_due_ms) {
        server->progress_due_ms = clock->now_ms + PROGRESS_INTERVAL_MS;
        log_info(&server->sink.log, "saving", "requests=%llu bytes=%llu",
                 (unsigned long long)storage_stats(server->storage)->queue_requests,
                 (unsigned long long)storage_stats(server->storage)->queue_bytes);
    }
    return false;
}

/* A game that was told twice to end is not idle: what waits for a database stays behind, with the
 * database open. */
bool game_host_stop(struct game_host *server)
{
    if (!server)
        return true;
    if (server->core && !server->frozen && !game_is_idle(server->core)) {
        log_error(&server->sink.log, "stopped_unsaved", "requests=%llu",
                  (unsigned long long)storage_stats(server->storage)->queue_requests);
        return false;
    }
    http_server_close(server->http);
    game_destroy(server->core);
    dialler_destroy(server->dialler);
    fiber_pool_destroy(server->fibers);
    passwords_destroy(server->passwords);
    kv_destroy(server->kv);
    storage_destroy(server->storage);
    sink_close(&server->sink);
    buf_free(&server->path);
    free(server);
    return true;
}
