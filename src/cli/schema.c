/* schema: asks the program of a server directory what its game is made of. */
#include "base/buf.h"
#include "cli/server.h"
#include "os/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANSWER_SECONDS 10
#define ANSWER_BYTES_MAX (64u << 20)

/* Before the sentence of a game whose table is wrong. */
#define COMPLAINT "schema: "

/* A program that is asked, and what it has said. */
struct question {
    const struct server *server;
    const char *form; /* NULL: JSON */
    int out, err;     /* files in memory; -1: there is none */
};

/* Whatever the program is, it ends, and what it says has a limit. */
static int become_program(void *user)
{
    const struct question *question = user;
    const char *program = question->server->program;
    const struct rlimit bytes = {ANSWER_BYTES_MAX, ANSWER_BYTES_MAX};
    const char *argv[] = {program, "-schema", question->form, NULL};
    signal(SIGPIPE, SIG_DFL);
    dup2(question->out, STDOUT_FILENO);
    dup2(question->err, STDERR_FILENO);
    setrlimit(RLIMIT_FSIZE, &bytes);
    os_deadline(ANSWER_SECONDS);
    execv(program, (char *const *)argv);
    _exit(127);
}

/* *code: as os_child_wait gives it. */
static gw_err ask(struct question *question, int *code)
{
    question->out = memfd_create("schema", MFD_CLOEXEC);
    question->err = memfd_create("complaint", MFD_CLOEXEC);
    pid_t pid;
    if (question->out < 0 || question->err < 0 ||
        os_child_start(&(struct os_child_desc){.main = become_program, .user = question}, &pid))
        return GW_EIO;
    *code = os_child_wait(pid);
    return GW_OK;
}

/* Appends the whole file and a NUL. */
static void read_file(struct buf *text, int fd)
{
    struct stat st = {0};
    size_t size = fstat(fd, &st) == 0 ? (size_t)st.st_size : 0;
    ssize_t got = pread(fd, buf_reserve(text, size + 1), size, 0);
    text->size += got > 0 ? (size_t)got : 0;
    buf_append(text, "", 1);
}

static bool begins_with(const char *text, const char *begin)
{
    return strncmp(text, begin, strlen(begin)) == 0;
}

static int judge(const struct server *server, const char *form, int ended, const char *out,
                 const char *err)
{
    if (ended == 0 && begins_with(out, form ? "/" : "{")) {
        fputs(err, stderr);
        fputs(out, stdout);
        return fflush(stdout) == 0 ? EXIT_OK : cli_fail("cannot write it: %s", strerror(errno));
    }
    if (ended == EXIT_FAILED && begins_with(err, COMPLAINT))
        return cli_fail("%s/%s: %.*s", server->shown, server->name,
                        (int)strcspn(err + strlen(COMPLAINT), "\n"), err + strlen(COMPLAINT));
    return cli_fail(
        "%s/%s does not tell what its game is made of: it is older than goworld schema, "
        "or no game; build it again: %s build %s",
        server->shown, server->name, server->command, server->shown);
}

static int print(const struct server *server, const char *form)
{
    struct question question = {server, form, -1, -1};
    struct buf out = {0}, err = {0};
    int code, ended;
    if (ask(&question, &ended) == GW_OK) {
        read_file(&out, question.out);
        read_file(&err, question.err);
        code = judge(server, form, ended, (const char *)out.data, (const char *)err.data);
    } else {
        code = cli_fail("cannot run %s: %s", server->program, strerror(errno));
    }
    close(question.out);
    close(question.err);
    buf_free(&out);
    buf_free(&err);
    return code;
}

int schema_run(const struct cli_options *options)
{
    struct server server;
    char *error;
    if (server_open(&server, options, SERVER_DIR, &error) != GW_OK)
        return cli_fail_with(error);
    int code = EXIT_FAILED;
    if (server_check_program(&server) == GW_OK)
        code = print(&server, options->form);
    server_close(&server);
    return code;
}
