/* schema: asks the program of a server directory what its game is made of. */
#include "base/buf.h"
#include "cli/server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_SECONDS 10
#define ANSWER_BYTES_MAX (64u << 20)

/* Before the sentence of a game whose table is wrong. */
#define COMPLAINT "schema: "

/* What the program has said, and how it ended. */
struct answer {
    int out, err; /* files in memory; -1: there is none */
    int status;   /* as waitpid gives it */
};

/* Whatever the program is, it ends, and what it says has a limit. */
static _Noreturn void become(const struct server *server, const char *form,
                             const struct answer *answer)
{
    const struct rlimit bytes = {ANSWER_BYTES_MAX, ANSWER_BYTES_MAX};
    const char *argv[] = {server->program, "-schema", form, NULL};
    signal(SIGPIPE, SIG_DFL);
    dup2(answer->out, STDOUT_FILENO);
    dup2(answer->err, STDERR_FILENO);
    setrlimit(RLIMIT_FSIZE, &bytes);
    alarm(ANSWER_SECONDS);
    execv(server->program, (char *const *)argv);
    _exit(127);
}

static gw_err ask(const struct server *server, const char *form, struct answer *answer)
{
    answer->out = memfd_create("schema", MFD_CLOEXEC);
    answer->err = memfd_create("complaint", MFD_CLOEXEC);
    if (answer->out < 0 || answer->err < 0)
        return GW_EIO;
    pid_t pid = fork();
    if (pid == 0)
        become(server, form, answer);
    pid_t ended = -1;
    while (pid > 0 && (ended = waitpid(pid, &answer->status, 0)) < 0 && errno == EINTR)
        continue;
    return ended > 0 ? GW_OK : GW_EIO;
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

static int judge(const struct server *server, const char *form, int status, const char *out,
                 const char *err)
{
    bool exited = WIFEXITED(status);
    if (exited && WEXITSTATUS(status) == 0 && begins_with(out, form ? "/" : "{")) {
        fputs(err, stderr);
        fputs(out, stdout);
        return fflush(stdout) == 0 ? EXIT_OK : cli_fail("cannot write it: %s", strerror(errno));
    }
    if (exited && WEXITSTATUS(status) == EXIT_FAILED && begins_with(err, COMPLAINT))
        return cli_fail("%s/%s: %.*s", server->shown, server->name,
                        (int)strcspn(err + strlen(COMPLAINT), "\n"), err + strlen(COMPLAINT));
    return cli_fail(
        "%s/%s does not tell what its game is made of: it is older than goworld schema, "
        "or no game; build it again: goworld build %s",
        server->shown, server->name, server->shown);
}

static int print(const struct server *server, const char *form)
{
    struct answer answer = {-1, -1, 0};
    struct buf out = {0}, err = {0};
    int code;
    if (ask(server, form, &answer) == GW_OK) {
        read_file(&out, answer.out);
        read_file(&err, answer.err);
        code = judge(server, form, answer.status, (const char *)out.data, (const char *)err.data);
    } else {
        code = cli_fail("cannot run %s: %s", server->program, strerror(errno));
    }
    close(answer.out);
    close(answer.err);
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
