/* reload: lets the games of a server go on in their programs as they lie in DIR now: a new process
 * of each takes over from the one that runs. */
#include "base/sentence.h"
#include "cli/found.h"
#include "cli/lock.h"
#include "host/state.h"
#include "os/child.h"
#include "os/pid_file.h"
#include "os/service.h"
#include "os/system.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ANSWER_SECONDS 10 /* of a program that is asked what its game is made of */
#define END_MS 500
#define TAKE_OVER_MS 30000 /* a game that cannot be taken over says so before */

/* ---- the program ---------------------------------------------------------------------------- */

static int become_program(void *user)
{
    const struct server *server = user;
    const char *argv[] = {server->program, "-schema", NULL};
    os_deadline(ANSWER_SECONDS);
    execv(server->program, (char *const *)argv);
    return 127;
}

/* A program that does not even run should not cost a game that does. */
static gw_err check_program(struct server *server)
{
    pid_t pid;
    if (server_check_program(server) != GW_OK)
        return GW_ENOTFOUND;
    const struct os_child_desc child = {.main = become_program, .user = server, .is_silent = true};
    int end = os_child_start(&child, &pid) == GW_OK ? os_child_wait(pid) : EXIT_FAILED;
    if (end == 0)
        return GW_OK;
    if (end < 0)
        cli_fail("%s/%s is ended by signal %d (%s) as soon as it is started; nothing was reloaded",
                 server->shown, server->name, -end, strsignal(-end));
    else
        cli_fail("%s/%s does not run, or does not say what its game is made of (%s schema %s); "
                 "nothing was reloaded",
                 server->shown, server->name, server->command, server->shown);
    return GW_EINVAL;
}

/* ---- one game ------------------------------------------------------------------------------- */

/* When systemd runs this command to reload its service, the new process belongs to that. */
static gw_err spawn(struct server *server, const struct running *game, struct process_child *child)
{
    char number[16];
    snprintf(number, sizeof number, "%u", game->number);
    const char *argv[] = {server->program, "-gid",     number, "-configfile",
                          server->ini,     "-succeed", NULL};
    const struct process_desc desc = {.argv = argv,
                                      .dir = server->dir,
                                      .log_path =
                                          service_has(game->process.pid)
                                              ? NULL
                                              : server_state_path(server, game->name, STATE_LOG)};
    if (process_spawn(&desc, child) == GW_OK)
        return GW_OK;
    cli_fail("cannot start %s: %s", server->program, strerror(errno));
    return GW_EIO;
}

/* What it says when it serves, or why it does not, in *words, which the caller frees; NULL: it has
 * died without a word. */
static gw_err hear(const struct process_child *child, char **words)
{
    int64_t deadline_ms = os_monotonic_ms() + TAKE_OVER_MS;
    enum process_state state = PROCESS_STARTING;
    *words = NULL;
    while (state == PROCESS_STARTING) {
        struct pollfd asked = {.fd = child->ready_fd, .events = POLLIN};
        int64_t left_ms = deadline_ms - os_monotonic_ms();
        if (left_ms <= 0 || poll(&asked, 1, (int)left_ms) == 0) {
            *words = sentence("the new program has not taken over within %d seconds",
                              TAKE_OVER_MS / 1000);
            return GW_ETIMEDOUT;
        }
        state = process_heard(child, words);
    }
    return state == PROCESS_READY ? GW_OK : GW_EIO;
}

/* One that does not serve has no use. */
static void give_up(const struct process_child *child)
{
    struct process process = {child->pid, child->pidfd};
    (void)!process_signal(&process, SIGKILL);
    process_reap(&process);
}

/* What has become of one that has closed its pipe without a word. */
static char *describe_death(const struct process_child *child)
{
    struct process process = {child->pid, child->pidfd};
    if (!process_wait(&process, END_MS))
        return sentence("the new program did not say whether it serves");
    char *how = process_describe_end(process_reap(&process)),
         *why = sentence("the new program %s", how);
    free(how);
    return why;
}

/* What a failed take-over has left. */
enum outcome { OLD_GOES_ON, NEW_HAS_IT, NEW_HAS_LOST_IT, STOPPED };

/* The old process ends when the new one has all, which takes it a moment; the pid file names the
 * new one then. One that ends because it was told to takes the
 * file away. */
static enum outcome look(const struct running *game, const struct process_child *child)
{
    if (!process_wait(&game->process, END_MS))
        return OLD_GOES_ON;
    if (pid_file_names(game->pid_path, child->pid))
        return NEW_HAS_IT;
    return access(game->pid_path, F_OK) == 0 ? NEW_HAS_LOST_IT : STOPPED;
}

static void complain(const struct running *game, enum outcome outcome, const char *why)
{
    static const char *const then[] = {
        [OLD_GOES_ON] = "it goes on as it was",
        [NEW_HAS_IT] = "it has the game, and is left alone: see its log, and goworld status",
        [NEW_HAS_LOST_IT] =
            "it had the game already: whoever watches over the server starts it anew",
        [STOPPED] = "the game was stopped meanwhile",
    };
    cli_fail("%s: %s; %s", game->name, why, then[outcome]);
}

static void tell(const struct running *game, const struct process_child *child, const char *note)
{
    unsigned paused_ms = 0, dropped = 0;
    int fields = note ? sscanf(note, "paused_ms=%u dropped=%u", &paused_ms, &dropped) : 0;
    printf("%s goes on with the new code (pid %d, before %d)", game->name, (int)child->pid,
           (int)game->process.pid);
    if (fields >= 1)
        printf("; players waited for %u ms", paused_ms);
    if (dropped)
        printf(
            "\n%s: %u value%s of attributes found no place in the new code, and %s gone; its log "
            "says which",
            game->name, dropped, dropped == 1 ? "" : "s", dropped == 1 ? "is" : "are");
    putchar('\n');
    fflush(stdout);
}

static gw_err reload_game(struct server *server, const struct running *game)
{
    struct process_child child;
    char *words;
    gw_err err = spawn(server, game, &child);
    if (err)
        return err;
    err = hear(&child, &words);
    if (err && !words)
        words = describe_death(&child);
    if (err) {
        enum outcome outcome = look(game, &child);
        complain(game, outcome, words);
        if (outcome != NEW_HAS_IT)
            give_up(&child);
    } else {
        tell(game, &child, words);
    }
    free(words);
    process_release(&child);
    return err;
}

/* ---- all ------------------------------------------------------------------------------------ */

/* Those that are to be reloaded. */
struct wanted {
    unsigned game; /* 0: all */
    const struct processes *running;
};

static const struct running *next_wanted(const struct wanted *wanted, size_t *at)
{
    while (*at < wanted->running->count) {
        const struct running *running = &wanted->running->list[(*at)++];
        if (running->role == ROLE_GAME && (!wanted->game || wanted->game == running->number))
            return running;
    }
    return NULL;
}

static unsigned count_wanted(const struct wanted *wanted)
{
    unsigned count = 0;
    for (size_t at = 0; next_wanted(wanted, &at);)
        count++;
    return count;
}

static const struct running *ending_wanted(const struct wanted *wanted)
{
    const struct running *game;
    for (size_t at = 0; (game = next_wanted(wanted, &at));)
        if (game->is_ending)
            return game;
    return NULL;
}

static gw_err check_reloadable(const struct server *server, const struct found *found,
                               const struct wanted *wanted)
{
    const struct running *ending = ending_wanted(wanted);
    if (found->foreground)
        lock_complain_foreground(server, found->foreground);
    else if (ending)
        cli_fail("%s (pid %d) is ending", ending->name, (int)ending->process.pid);
    else if (count_wanted(wanted))
        return GW_OK;
    else if (wanted->game)
        cli_fail("game%u of %s does not run", wanted->game, server->shown);
    else
        cli_fail("no game of %s runs; start it with %s start %s", server->shown, server->command,
                 server->shown);
    return GW_ENOTFOUND;
}

/* One after the other: what goes wrong with the first does not happen to the others. */
static gw_err reload_games(struct server *server, const struct wanted *wanted)
{
    gw_err err = GW_OK;
    unsigned done = 0, count = count_wanted(wanted);
    const struct running *game;
    for (size_t at = 0; !err && (game = next_wanted(wanted, &at));) {
        err = reload_game(server, game);
        done += !err;
    }
    if (err && count > 1)
        cli_fail("%u of %u games go on with the new code", done, count);
    return err;
}

static int reload(struct server *server, unsigned game)
{
    struct found found;
    found_look(&found, server);
    const struct wanted wanted = {game, &found.running};
    gw_err err = check_reloadable(server, &found, &wanted);
    if (!err)
        err = check_program(server);
    if (!err)
        err = reload_games(server, &wanted);
    found_forget(&found);
    return err ? EXIT_FAILED : EXIT_OK;
}

int reload_run(const struct cli_options *options)
{
    struct server server;
    char *error;
    int lock, code = EXIT_FAILED;
    if (server_open(&server, options, SERVER_CONF, &error) != GW_OK)
        return cli_fail_with(error);
    if (lock_wait(&server, LOCK_START, &lock) == GW_OK) {
        if (!options->builds || build_run(options) == EXIT_OK)
            code = reload(&server, options->game);
        close(lock);
    }
    server_close(&server);
    return code;
}
