/* Runs a game on a process's loop, sockets and databases. */
#include "game/host.h"

#include "base/sentence.h"
#include "game/game.h"
#include "game/registry.h"
#include "game/reload.h"
#include "game/stop.h"
#include "host/admin.h"
#include "host/control.h"
#include "host/dial.h"
#include "host/sink.h"
#include "host/state.h"
#include "os/system.h"
#include "wire/msgpack.h"

#include <stdlib.h>

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
    char *socket_path;
    uint64_t cpu_ns;      /* used when it was last asked for */
    int64_t cpu_asked_ms; /* when that was */
    bool serves;
    struct control *control;
    struct reload reload;
    struct stop stop;
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

static int64_t turn(void *user)
{
    struct game_host *server = user;
    int64_t due_ms = game_turn(server->core);
    due_ms = earlier(due_ms, storage_turn(server->storage));
    if (!server->serves && game_is_serving(server->core) && game_is_awake(server->core)) {
        server->serves = true;
        log_info(&server->sink.log, "serving", "pid=%u", server->host->ids.pid);
        reload_served(&server->reload);
        host_serves(server->host);
    }
    reload_turn(&server->reload);
    return due_ms;
}

/* ---- what /healthz and /metrics say --------------------------------------------------------- */

static const char *trouble(void *user)
{
    const struct game_host *server = user;
    if (server->host->is_stopping)
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

/* What only one process can have is the successor's from now on. */
static void let_go(void *user)
{
    struct game_host *server = user;
    http_server_close(server->http);
    server->http = NULL;
    control_close(server->control);
    server->control = NULL;
}

static void asked(void *user, enum control_request request, int fd)
{
    struct game_host *server = user;
    if (request == CONTROL_SUCCEED) {
        reload_to_successor(&server->reload, fd);
    } else {
        stop_watched_by(&server->stop, fd);
        host_stop(server->host);
    }
}

/* Where no socket can be made there is no reload, and whoever stops the game sends SIGTERM. */
static gw_err listen_for_control(struct game_host *server, char **error)
{
    const struct control_desc desc = {
        .loop = server->host->loop, .path = server->socket_path, .asked = asked, .user = server};
    gw_err err = control_open(&desc, &server->control, error);
    if (!err || err == GW_EEXIST)
        return err;
    log_warn(&server->sink.log, "cannot_be_reloaded", "why=\"%s\"", *error);
    free(*error);
    return GW_OK;
}

/* A game that was taken over goes on, whatever it cannot listen to. One that was read from a file
 * can be read again. */
static gw_err listen(struct game_host *server, const struct conf_game *mine, char **error)
{
    gw_err err = listen_for_admin(server, mine, error);
    if (!err)
        err = listen_for_control(server, error);
    if (err && server->reload.is_successor) {
        log_error(&server->sink.log, "cannot_listen", "why=\"%s\"", *error);
        free(*error);
        return GW_OK;
    }
    if (err && reload_is_unfinished(&server->reload))
        game_abandon(server->core);
    return err;
}

/* However it ends: here, or in another process. */
static void prepare_end(struct game_host *server, const struct conf *conf,
                        const struct conf_game *mine)
{
    server->socket_path = state_path(conf->run_dir, server->sink.process, STATE_SOCKET);
    reload_init(&server->reload, &(struct reload_desc){.host = server->host,
                                                       .core = server->core,
                                                       .log = &server->sink.log,
                                                       .run_dir = conf->run_dir,
                                                       .process = server->sink.process,
                                                       .socket_path = server->socket_path,
                                                       .let_go = let_go,
                                                       .user = server});
    stop_init(&server->stop,
              &(struct stop_desc){.host = server->host,
                                  .core = server->core,
                                  .log = &server->sink.log,
                                  .storage = server->storage,
                                  .kv = server->kv,
                                  .timeout_ms = (int64_t)mine->stop_timeout_s * 1000});
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
    err = make_core(server, conf, mine, game, options->id, error);
    if (err)
        return err;
    prepare_end(server, conf, mine);
    err = reload_restore(&server->reload, options, error);
    return err ? err : listen(server, mine, error);
}

gw_err game_host_start(struct host *host, const struct conf *conf, const gw_game *game,
                       const struct host_options *options, struct game_host **out, char **error)
{
    struct game_host *server = mem_zalloc(sizeof *server);
    server->host = host;
    gw_err err = start(server, conf, game, options, error);
    if (err) {
        free(game_host_stop(server));
        return err;
    }
    loop_on_turn(host->loop, turn, server);
    host_await(host);
    *out = server;
    return GW_OK;
}

void game_host_freeze(struct game_host *server)
{
    reload_to_file(&server->reload);
}

/* ---- end ------------------------------------------------------------------------------------ */

bool game_host_finish(struct game_host *server)
{
    if (reload_is_over(&server->reload))
        return true;
    if (!reload_is_unfinished(&server->reload))
        return stop_turn(&server->stop);
    game_abandon(server->core);
    return true;
}

static char *end_core(struct game_host *server)
{
    if (!server->core)
        return NULL;
    if (!reload_is_over(&server->reload))
        return stop_end(&server->stop);
    stop_handed_on(&server->stop);
    return NULL;
}

/* What was not saved waits for a database, which stays open. */
char *game_host_stop(struct game_host *server)
{
    if (!server)
        return NULL;
    char *unsaved = end_core(server);
    control_close(server->control);
    if (unsaved)
        return unsaved;
    reload_fini(&server->reload);
    http_server_close(server->http);
    game_destroy(server->core);
    dialler_destroy(server->dialler);
    fiber_pool_destroy(server->fibers);
    passwords_destroy(server->passwords);
    kv_destroy(server->kv);
    storage_destroy(server->storage);
    sink_close(&server->sink);
    free(server->socket_path);
    free(server);
    return NULL;
}
