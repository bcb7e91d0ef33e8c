/* reload: lets the games of a server go on in their programs as they lie in DIR now: each freezes
 * into a file, ends, and is started again from it, while the dispatchers hold what is for it. */
#include "base/buf.h"
#include "cli/found.h"
#include "cli/lock.h"
#include "cli/supervision.h"
#include "os/child.h"
#include "os/system.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANSWER_SECONDS 10 /* of a program that is asked what its game is made of */
#define FREEZE_MS 20000   /* a game that cannot freeze says so before */
#define LOOK_MS 20
#define LOG_BYTES 16384 /* that are looked at of what it has logged since */

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
    if (os_child_start(&child, &pid) == GW_OK && os_child_wait(pid) == 0)
        return GW_OK;
    cli_fail("%s/%s does not run, or does not say what its game is made of (goworld schema %s); "
             "nothing was reloaded",
             server->shown, server->name, server->shown);
    return GW_EINVAL;
}

/* ---- one game ------------------------------------------------------------------------------- */

static off_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_size : 0;
}

/* What the game says in its log, from there on, about why it has not frozen; the caller frees it.
 */
static char *find_why_not(const char *log_path, off_t from)
{
    static const char event[] = " not_frozen why=\"";
    char text[LOG_BYTES + 1];
    int fd = open(log_path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? 0 : pread(fd, text, LOG_BYTES, from);
    if (fd >= 0)
        close(fd);
    text[size > 0 ? size : 0] = '\0';
    const char *why = strstr(text, event);
    if (!why)
        return NULL;
    why += sizeof event - 1;
    size_t length = strcspn(why, "\n");
    while (length > 0 && why[length] != '"')
        length--;
    return mem_copy_text(why, length);
}

/* Until it has ended. */
static gw_err await_freeze(const struct running *game, const char *log_path, off_t log_from)
{
    int64_t deadline_ms = os_monotonic_ms() + FREEZE_MS;
    char *why = NULL;
    while (!process_wait(&game->process, LOOK_MS)) {
        why = find_why_not(log_path, log_from);
        if (why || os_monotonic_ms() >= deadline_ms) {
            cli_fail("%s could not be frozen, and goes on with its old code: %s", game->name,
                     why ? why : "it did not answer in time; its log may say more");
            free(why);
            return GW_EINVAL;
        }
    }
    return GW_OK;
}

static gw_err freeze(struct server *server, const struct running *game)
{
    const char *log_path = server_state_path(server, game->name, "log");
    off_t log_from = size_of(log_path);
    printf("%s freezes\n", game->name);
    fflush(stdout);
    if (process_signal(&game->process, SIGHUP) != GW_OK) {
        cli_fail("%s (pid %d) belongs to someone else, or has just ended", game->name,
                 (int)game->process.pid);
        return GW_EDENIED;
    }
    gw_err err = await_freeze(game, log_path, log_from);
    if (!err && access(server_frozen_path(server, game->number), F_OK) != 0) {
        cli_fail("%s has ended without being frozen; its log, %s, says more", game->name, log_path);
        err = GW_EIO;
    }
    return err;
}

static gw_err reload_game(struct server *server, const struct running *game)
{
    int64_t began_ms = os_monotonic_ms();
    gw_err err = freeze(server, game);
    if (err)
        return err;
    if (supervision_start(server) != GW_OK) {
        cli_fail("%s is down. What it was is in %s: mend the program and start it again with "
                 "goworld start %s; to begin anew, remove the file",
                 game->name, server_frozen_path(server, game->number), server->shown);
        return GW_EIO;
    }
    printf("%s goes on with the new code, %d ms after it was asked to freeze\n", game->name,
           (int)(os_monotonic_ms() - began_ms));
    return GW_OK;
}

/* ---- all ------------------------------------------------------------------------------------ */

static unsigned count_games(const struct processes *running)
{
    unsigned count = 0;
    for (size_t i = 0; i < running->count; i++)
        count += running->list[i].role == ROLE_GAME;
    return count;
}

static gw_err check_reloadable(const struct server *server, const struct found *found)
{
    if (found->foreground) {
        lock_complain_foreground(server, found->foreground);
        return GW_EINVAL;
    }
    if (!count_games(&found->running)) {
        cli_fail("no game of %s runs; start it with goworld start %s", server->shown,
                 server->shown);
        return GW_ENOTFOUND;
    }
    return GW_OK;
}

/* One after the other: what goes wrong with the first does not happen to the others. */
static gw_err reload_games(struct server *server, const struct processes *running)
{
    gw_err err = GW_OK;
    unsigned done = 0, count = count_games(running);
    for (size_t i = 0; i < running->count && !err; i++)
        if (running->list[i].role == ROLE_GAME) {
            err = reload_game(server, &running->list[i]);
            done += !err;
        }
    if (err && count > 1)
        cli_fail("%u of %u games go on with the new code", done, count);
    return err;
}

static int reload(struct server *server)
{
    struct found found;
    found_look(&found, server);
    gw_err err = check_reloadable(server, &found);
    if (!err)
        err = check_program(server);
    if (!err)
        err = reload_games(server, &found.running);
    found_forget(&found);
    return err ? EXIT_FAILED : EXIT_OK;
}

int reload_run(const struct cli_options *options)
{
    struct server server;
    char *error;
    int lock, code = EXIT_FAILED;
    if (options->builds && build_run(options) != EXIT_OK)
        return EXIT_FAILED;
    if (server_open(&server, options, SERVER_CONF, &error) != GW_OK)
        return cli_fail_with(error);
    if (lock_take(&server, LOCK_START, &lock) == GW_OK) {
        code = reload(&server);
        close(lock);
    }
    server_close(&server);
    return code;
}
