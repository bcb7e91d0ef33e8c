/* member: one process of a server while the server is being started. */
#include "cli/member.h"

#include "conf/sentence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TAIL_LINES 10
#define TAIL_BYTES 4096

static int64_t file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_size : 0;
}

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

/* Only what the process has written since it was started, and what is not `said` already. */
static void print_log_tail(const struct member *member, const char *said)
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
    size_t size = without_said(text, (size_t)got, said);
    if (size == 0)
        return;
    size_t first = last_lines(text, size, TAIL_LINES);
    fprintf(stderr, "The last lines of %s:\n%.*s%s", member->log_path, (int)(size - first),
            text + first, text[size - 1] == '\n' ? "" : "\n");
}

static char *death_of(pid_t pid)
{
    int status = 0;
    if (waitpid(pid, &status, 0) != pid)
        return sentence("it ended");
    if (WIFSIGNALED(status))
        return sentence("it was ended by signal %d (%s)", WTERMSIG(status),
                        strsignal(WTERMSIG(status)));
    return sentence("it ended with exit code %d", WEXITSTATUS(status));
}

void member_complain(const struct member *member, char *why)
{
    if (!why)
        why = death_of(member->child.pid);
    cli_fail("%s %s: %s", member->name, member->ready ? "did not stay up" : "did not start", why);
    print_log_tail(member, why);
    free(why);
}

static void fill_arguments(struct server *server, enum role role, const char *number,
                           const char *argv[8])
{
    size_t n = 0;
    argv[n++] = role == ROLE_GAME ? server->program : server_own_program(server);
    if (role != ROLE_GAME)
        argv[n++] = role_names[role];
    argv[n++] = role == ROLE_DISPATCHER ? "-dispid" : "-gid";
    argv[n++] = number;
    argv[n++] = "-configfile";
    argv[n++] = server->ini;
    argv[n] = NULL;
}

gw_err member_spawn(struct member *member, struct server *server, enum role role, unsigned number)
{
    char digits[16];
    const char *argv[8];
    snprintf(digits, sizeof digits, "%u", number);
    fill_arguments(server, role, digits, argv);
    server_process_name(role, number, member->name);
    member->ready = false;
    member->log_path = server_state_path(server, member->name, "log");
    member->log_begin = file_size(member->log_path);
    struct process_desc desc = {
        .argv = argv,
        .dir = server->dir,
        .log_path = member->log_path,
        .pid_path = server_state_path(server, member->name, "pid"),
    };
    gw_err err = process_spawn(&desc, &member->child);
    if (err != GW_OK)
        cli_fail("%s did not start: %s", member->name, strerror(errno));
    return err;
}

int member_fd(const struct member *member)
{
    return member->ready ? member->child.pidfd : member->child.ready_fd;
}

gw_err member_news(struct member *member)
{
    char *why = NULL;
    enum process_state state = member->ready ? PROCESS_FAILED : process_heard(&member->child, &why);
    if (state == PROCESS_FAILED) {
        member_complain(member, why);
        return GW_EIO;
    }
    if (state == PROCESS_READY) {
        member->ready = true;
        printf("%s serves (pid %d)\n", member->name, (int)member->child.pid);
        fflush(stdout);
    }
    return GW_OK;
}
