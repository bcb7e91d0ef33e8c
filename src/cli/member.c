/* member: see member.h. */
#include "cli/member.h"

#include "base/buf.h"
#include "base/sentence.h"
#include "host/exit.h"
#include "host/state.h"
#include "os/pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define STOP_TIMEOUT_MS 10000 /* and a game's stop_timeout */
#define TAIL_LINES 10
#define TAIL_BYTES 4096

static int64_t stop_timeout_ms(const struct server *server, enum role role, unsigned number)
{
    if (role != ROLE_GAME)
        return STOP_TIMEOUT_MS;
    return STOP_TIMEOUT_MS + (int64_t)conf_game(server->conf, number)->stop_timeout_s * 1000;
}

void member_init(struct member *member, struct server *server, enum role role, unsigned number)
{
    *member = (struct member){
        .role = role,
        .number = number,
        .process = {.pidfd = -1},
        .ready_fd = -1,
        .stop_timeout_ms = stop_timeout_ms(server, role, number),
        .restart = {.tries_max = server->conf->deployment.max_restarts},
    };
    server_process_name(role, number, member->name);
    member->log_path = server_state_path(server, member->name, STATE_LOG);
    member->pid_path = server_state_path(server, member->name, STATE_PID);
    member->frozen_path = server_state_path(server, member->name, STATE_FROZEN);
}

static void close_ready(struct member *member)
{
    if (member->ready_fd >= 0)
        close(member->ready_fd);
    member->ready_fd = -1;
}

void member_fini(struct member *member)
{
    close_ready(member);
    process_close(&member->process);
    free(member->said);
    free(member->why);
}

void member_move(struct member *member, struct member *from)
{
    struct member moved = *from;
    moved.log_path = member->log_path;
    moved.pid_path = member->pid_path;
    moved.frozen_path = member->frozen_path;
    moved.stop_timeout_ms = member->stop_timeout_ms;
    moved.restart.tries_max = member->restart.tries_max;
    moved.restart.tries = 0;
    *member = moved;
    from->ready_fd = from->process.pidfd = -1;
    from->said = from->why = NULL;
}

void member_set_why(struct member *member, char *why)
{
    free(member->why);
    member->why = why;
}

/* ---- start ---------------------------------------------------------------------------------- */

static int64_t file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_size : 0;
}

static void fill_arguments(struct server *server, const struct member *member, const char *number,
                           const char *argv[8])
{
    enum role role = member->role;
    size_t n = 0;
    argv[n++] = role == ROLE_GAME ? server->program : server_own_program(server);
    if (role != ROLE_GAME)
        argv[n++] = role_names[role];
    argv[n++] = role == ROLE_DISPATCHER ? "-dispid" : "-gid";
    argv[n++] = number;
    argv[n++] = "-configfile";
    argv[n++] = server->ini;
    if (role == ROLE_GAME)
        argv[n++] = "-resume";
    argv[n] = NULL;
}

gw_err member_spawn(struct member *member, struct server *server)
{
    char digits[16];
    const char *argv[8];
    struct process_child child;
    snprintf(digits, sizeof digits, "%u", member->number);
    fill_arguments(server, member, digits, argv);
    member->log_begin = file_size(member->log_path);
    member->was_frozen = access(member->frozen_path, F_OK) == 0;
    const struct process_desc desc = {argv, server->dir, member->log_path, member->pid_path};
    if (process_spawn(&desc, &child) != GW_OK) {
        member_set_why(member, sentence("%s", strerror(errno)));
        return GW_EIO;
    }
    member->process = (struct process){child.pid, child.pidfd};
    member->ready_fd = child.ready_fd;
    member->state = MEMBER_STARTING;
    return GW_OK;
}

void member_adopt(struct member *member, int64_t now_ms)
{
    if (pid_file_find(member->pid_path, &member->process) != GW_OK)
        return;
    member->state = MEMBER_SERVING;
    restart_serves(&member->restart, now_ms);
}

bool member_is_succeeded(struct member *member, int64_t now_ms)
{
    struct process successor;
    if (pid_file_find(member->pid_path, &successor) != GW_OK)
        return false;
    bool is_other = successor.pid != member->process.pid;
    process_close(&successor);
    if (!is_other)
        return false;
    member_end(member, now_ms);
    member_adopt(member, now_ms);
    return member_runs(member);
}

bool member_is_thawed(const struct member *member)
{
    return member->was_frozen && access(member->frozen_path, F_OK) != 0;
}

/* ---- news ----------------------------------------------------------------------------------- */

void member_hear(struct member *member, int64_t now_ms)
{
    const struct process_child child = {member->process.pid, member->ready_fd, -1};
    char *why;
    enum process_state state = process_heard(&child, &why);
    if (state == PROCESS_STARTING)
        return;
    free(member->said);
    member->said = why; /* what fails ends then */
    close_ready(member);
    if (state != PROCESS_READY)
        return;
    member->state = MEMBER_SERVING;
    restart_serves(&member->restart, now_ms);
}

/* One that was not started by us, such as a successor, does not tell us how it ended. It takes its
 * pid file away when it was told to end (host/server.h). */
static bool ended_in_order(const struct member *member)
{
    return access(member->pid_path, F_OK) != 0;
}

/* Another had taken over from it, and has died before it could be seen. */
static bool has_dead_successor(const struct member *member)
{
    pid_t named = pid_file_pid(member->pid_path);
    return named && named != member->process.pid;
}

static char *describe(const struct member *member, struct process_end end)
{
    if (has_dead_successor(member))
        return sentence("the process that had taken over ended");
    if (!end.is_known && ended_in_order(member))
        return sentence("it was told to end");
    if (end.exit_code == EXIT_UNSAVED)
        return sentence("it was told to end, and has not saved everything");
    char *how = process_describe_end(end), *why = sentence("it %s", how);
    free(how);
    return why;
}

static bool was_asked_to(const struct member *member, struct process_end end)
{
    if (has_dead_successor(member))
        return false;
    if (!end.is_known)
        return ended_in_order(member);
    if (end.signum)
        return end.signum == SIGTERM || end.signum == SIGINT;
    return end.exit_code == EXIT_SUCCESS || end.exit_code == EXIT_UNSAVED;
}

bool member_end(struct member *member, int64_t now_ms)
{
    if (member->ready_fd >= 0)
        member_hear(member, now_ms); /* its last words came together with its end */
    struct process_end end = process_reap(&member->process);
    member_set_why(member, member->said ? member->said : describe(member, end));
    member->said = NULL;
    close_ready(member);
    process_close(&member->process);
    return was_asked_to(member, end);
}

/* ---- complaint ------------------------------------------------------------------------------ */

/* Where the last lines of the text begin. */
static size_t last_lines(const char *text, size_t size, unsigned lines)
{
    size_t begin = size;
    while (begin > 0) {
        bool ends_line = text[begin - 1] == '\n' && begin != size;
        if (ends_line && --lines == 0)
            break;
        begin--;
    }
    return begin;
}

/* How much of the text stays without its last line, when that says what was said already. */
static size_t without_said(const char *text, size_t size, const char *said)
{
    size_t begin = last_lines(text, size, 1);
    return memmem(text + begin, size - begin, said, strlen(said)) ? begin : size;
}

/* Only what the process has written since it was started, and what is not said already. */
static void quote_log(const struct member *member, struct report *report)
{
    char text[TAIL_BYTES];
    int64_t begin = file_size(member->log_path) - TAIL_BYTES;
    int fd = open(member->log_path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (begin < member->log_begin)
        begin = member->log_begin;
    ssize_t got = pread(fd, text, sizeof text, begin);
    close(fd);
    if (got <= 0)
        return;
    size_t size = without_said(text, (size_t)got, member->why);
    if (size == 0)
        return;
    char *title = sentence("The last lines of %s:", member->log_path);
    report_quote(report, title, strlen(title));
    free(title);
    size_t first = last_lines(text, size, TAIL_LINES);
    report_quote(report, text + first, size - first);
}

void member_complain(const struct member *member, struct report *report)
{
    bool served = member->state == MEMBER_SERVING;
    report_complain(report, "%s %s: %s", member->name, served ? "did not stay up" : "did not start",
                    member->why);
    quote_log(member, report);
}
