/* reload: see reload.h. */
#include "game/reload.h"

#include "host/state.h"
#include "os/file.h"
#include "os/notify.h"
#include "os/pid_file.h"
#include "os/service.h"
#include "os/system.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ASIDE ".ignored" /* behind the name of a frozen file that no game has gone on from */

/* ---- resting -------------------------------------------------------------------------------- */

static void hold_signals(struct reload *r, bool hold)
{
    if (hold)
        host_hold_signals();
    else if (r->holds_signals)
        host_release_signals();
    r->holds_signals = hold;
}

/* It was not to be. */
static void fail(struct reload *r, const char *why)
{
    log_error(r->desc.log, "not_frozen", "why=\"%s\"", why);
    if (r->aim == RELOAD_TO_SUCCESSOR)
        succession_refuse(r->succession, why);
    r->aim = RELOAD_NOT;
    hold_signals(r, false);
}

static void begin(struct reload *r, enum reload_aim aim)
{
    if (!game_is_serving(r->desc.core) || !game_is_awake(r->desc.core)) {
        r->aim = aim;
        fail(r, "a dispatcher is away; try again when goworld status says that all serve");
        return;
    }
    r->aim = aim;
    r->held_since_ms = 0;
    game_come_to_rest(r->desc.core);
    loop_wake(r->desc.host->loop);
}

static void end(struct reload *r)
{
    r->is_over = true;
    game_abandon(r->desc.core);
    loop_stop(r->desc.host->loop);
}

/* Takes the sentence. */
static void call_off(struct reload *r, char *why)
{
    game_call_off_rest(r->desc.core, why);
    fail(r, why);
    free(why);
}

static unsigned long long count_entities(const struct reload *r)
{
    return world_stats(game_world(r->desc.core))->entities;
}

/* ---- into a file ---------------------------------------------------------------------------- */

static void write_file(struct reload *r, const struct buf *state)
{
    const char *path = r->file_path;
    if (state->size > UINT32_MAX) {
        call_off(r, sentence("the game is too large to be frozen: %zu bytes", state->size));
        return;
    }
    if (file_replace(path, state->data, state->size)) {
        call_off(r, sentence("cannot write %s: %s", path, strerror(errno)));
        return;
    }
    log_info(r->desc.log, "frozen", "file=%s bytes=%zu entities=%llu", path, state->size,
             count_entities(r));
    end(r);
}

void reload_to_file(struct reload *r)
{
    if (r->aim == RELOAD_NOT && !r->is_over)
        begin(r, RELOAD_TO_FILE);
}

/* ---- to a successor ------------------------------------------------------------------------- */

static void pid_file_failed(const struct reload *r, pid_t pid)
{
    log_error(r->desc.log, "pid_file_not_written", "file=%s pid=%d why=\"%s\"", r->pid_path,
              (int)pid, strerror(errno));
}

/* The sentence says why not; then the game goes on here. A process that nobody finds is not given
 * it: it would be started once more beside that. */
static char *give(struct reload *r, const struct buf *state, pid_t to)
{
    char *why = NULL;
    if (state->size > UINT32_MAX)
        return sentence("the game is too large to be handed over: %zu bytes", state->size);
    if (pid_file_prepare(r->pid_path, to))
        return sentence("cannot write %s: %s", r->pid_path, strerror(errno));
    if (succession_hand_over(r->succession, view_of(state), r->held_since_ms, &why) ||
        succession_go(r->succession, &why))
        pid_file_discard(r->pid_path, to);
    return why;
}

static void hand_over(struct reload *r, const struct buf *state)
{
    pid_t pid = succession_successor(r->succession);
    char *why = give(r, state, pid);
    if (why) {
        call_off(r, why);
        return;
    }
    r->desc.let_go(r->desc.user);
    if (pid_file_commit(r->pid_path, pid))
        pid_file_failed(r, pid);
    os_notify_succeeded(pid);
    host_succeeded_by(r->desc.host, pid);
    log_info(r->desc.log, "handed_over", "bytes=%zu entities=%llu", state->size, count_entities(r));
    succession_let_go(r->succession);
    end(r);
}

static void asked(void *user)
{
    struct reload *r = user;
    if (!service_may_pass_to(succession_successor(r->succession)))
        succession_refuse(r->succession,
                          "the game is a service of systemd: use systemctl reload, which runs "
                          "goworld reload inside the service");
    else if (r->aim == RELOAD_NOT && !r->is_over && !r->desc.host->is_stopping)
        begin(r, RELOAD_TO_SUCCESSOR);
    else
        succession_refuse(r->succession, "the game is being frozen already, or stops");
}

static void left(void *user)
{
    struct reload *r = user;
    if (r->aim == RELOAD_TO_SUCCESSOR)
        call_off(r, sentence("the new program has ended before it could take over"));
}

void reload_to_successor(struct reload *r, int fd)
{
    succession_ask(r->succession, fd);
}

/* ---- turn by turn --------------------------------------------------------------------------- */

static void hand_on(struct reload *r)
{
    struct buf state = {0};
    game_freeze(r->desc.core, &state);
    if (r->aim == RELOAD_TO_FILE)
        write_file(r, &state);
    else
        hand_over(r, &state);
    buf_free(&state);
}

/* Who asks this process to end now asks the one that goes on with the game: what has been sent
 * until then is heard before the next turn, and what comes later is passed on (host_succeeded_by).
 */
static void hand_on_or_hear(struct reload *r)
{
    if (r->holds_signals) {
        hand_on(r);
        return;
    }
    hold_signals(r, true);
    loop_wake(r->desc.host->loop);
}

void reload_turn(struct reload *r)
{
    if (r->aim == RELOAD_NOT || r->is_over)
        return;
    if (!r->held_since_ms && game_holds(r->desc.core))
        r->held_since_ms = os_monotonic_ms();
    enum game_rest rest = game_rest(r->desc.core);
    if (rest == GAME_RESTS && !r->desc.host->is_stopping)
        hand_on_or_hear(r);
    else if (rest == GAME_RUNS)
        fail(r, game_why_no_rest(r->desc.core));
}

/* ---- going on ------------------------------------------------------------------------------- */

static gw_err restore(struct reload *r, const struct buf *state, char **why)
{
    if (state->size > UINT32_MAX) {
        *why = sentence("it is too long");
        return GW_EPROTO;
    }
    return game_restore(r->desc.core, view_of(state), why);
}

static gw_err read_file(struct reload *r, struct buf *state, char **error)
{
    const char *path = r->file_path;
    gw_err err = file_read(path, state);
    if (err == GW_ENOTFOUND)
        *error =
            sentence("there is no %s to restore the game from: start it without -restore", path);
    else if (err)
        *error = sentence("cannot read %s: %s", path, strerror(errno));
    return err;
}

static gw_err restore_file(struct reload *r, char **error)
{
    struct buf state = {0};
    const char *path = r->file_path;
    gw_err err = read_file(r, &state, error);
    if (!err && access(r->desc.run_dir, W_OK) != 0) {
        *error = sentence("%s is not restored, since it could not be removed then: %s", path,
                          strerror(errno));
        err = GW_EDENIED;
    }
    if (!err) {
        char *why = NULL;
        err = restore(r, &state, &why);
        if (err)
            *error =
                sentence("cannot restore the game from %s: %s; without that file the game would "
                         "begin anew",
                         path, why);
        free(why);
    }
    if (!err)
        log_info(r->desc.log, "restored", "file=%s bytes=%zu entities=%llu", path, state.size,
                 count_entities(r));
    r->is_from_file = !err;
    buf_free(&state);
    return err;
}

static gw_err succeed(struct reload *r, char **error)
{
    struct inheritance in;
    char *why;
    gw_err err = inheritance_take(r->desc.socket_path, &in, error);
    if (err)
        return err;
    r->paused_since_ms = in.since_ms;
    err = restore(r, &in.state, &why);
    if (err) {
        *error = sentence("cannot restore the game: %s", why);
        inheritance_refuse(&in, why);
        free(why);
        return err;
    }
    host_hold_signals();
    err = inheritance_accept(&in, error);
    if (err) {
        game_abandon(r->desc.core); /* it is the other's */
        return err;
    }
    r->is_successor = true;
    r->dropped = world_stats(game_world(r->desc.core))->attributes_dropped.count;
    if (pid_file_write(r->pid_path, getpid())) /* the other may have died before it could */
        pid_file_failed(r, getpid());
    return GW_OK;
}

/* What is saved from now on is newer. */
static void put_aside(const struct reload *r)
{
    char *aside = sentence("%s" ASIDE, r->file_path);
    bool is_moved = rename(r->file_path, aside) == 0;
    log_warn(r->desc.log, "frozen_file_ignored",
             "file=%s why=\"the game was started without -restore\"",
             is_moved ? aside : r->file_path);
    free(aside);
}

gw_err reload_restore(struct reload *r, const struct host_options *options, char **error)
{
    if (options->succeeds)
        return succeed(r, error);
    bool is_frozen = access(r->file_path, F_OK) == 0;
    if (options->restores || (options->resumes && is_frozen))
        return restore_file(r, error);
    if (is_frozen)
        put_aside(r);
    return GW_OK;
}

/* It is never restored twice: what was in it has gone on. One that cannot be removed is made one
 * that is refused. */
static void forget_file(struct reload *r)
{
    if (file_remove(r->file_path) && truncate(r->file_path, 0) != 0)
        log_error(r->desc.log, "frozen_file_stays", "file=%s why=\"%s\"", r->file_path,
                  strerror(errno));
}

void reload_served(struct reload *r)
{
    r->is_taken_in = true;
    if (r->is_from_file)
        forget_file(r);
    if (!r->is_successor)
        return;
    int64_t paused_ms = os_monotonic_ms() - r->paused_since_ms;
    log_info(r->desc.log, "taken_over", "entities=%llu paused_ms=%lld", count_entities(r),
             (long long)paused_ms);
    snprintf(r->desc.host->ready_note, sizeof r->desc.host->ready_note,
             "paused_ms=%lld dropped=%llu", (long long)paused_ms, r->dropped);
}

bool reload_is_over(const struct reload *r)
{
    return r->is_over;
}

bool reload_is_unfinished(const struct reload *r)
{
    return r->is_from_file && !r->is_taken_in;
}

/* ---- life ----------------------------------------------------------------------------------- */

void reload_init(struct reload *r, const struct reload_desc *desc)
{
    *r = (struct reload){.desc = *desc};
    r->file_path = state_path(desc->run_dir, desc->process, STATE_FROZEN);
    r->pid_path = state_path(desc->run_dir, desc->process, STATE_PID);
    r->succession = succession_create(&(struct succession_desc){
        .loop = desc->host->loop, .asked = asked, .left = left, .user = r});
}

void reload_fini(struct reload *r)
{
    succession_destroy(r->succession);
    free(r->file_path);
    free(r->pid_path);
}
