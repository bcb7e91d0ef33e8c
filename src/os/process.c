/* process: see process.h. */
#include "os/process.h"

#include "base/sentence.h"
#include "os/pid_file.h"
#include "os/proc.h"
#include "os/system.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/close_range.h>

#define READY_VARIABLE "GOWORLD_READY_FD"
#define SENTENCE_MAX 1024

/* One line is less than PIPE_BUF, so it goes whole. */
static _Noreturn void child_fails(int ready_fd, const char *what, const char *path)
{
    char text[SENTENCE_MAX];
    int size = snprintf(text, sizeof text, "cannot %s %s: %s", what, path, strerror(errno));
    if (write(ready_fd, text, size < SENTENCE_MAX ? (size_t)size : SENTENCE_MAX - 1) < 0)
        _exit(126);
    _exit(127);
}

static gw_err redirect(const char *log_path)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0)
        return GW_EIO;
    if (!log_path)
        return GW_OK;
    int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    bool is_open = log >= 0 && dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0;
    return is_open ? GW_OK : GW_EIO;
}

/* Nothing of the starter goes on in the child: no signal that it holds back, no file that it had
 * open (a pipe would not end while the child lives). */
static void leave_starter(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
}

static _Noreturn void run_child(const struct process_desc *desc, int ready_fd)
{
    char number[16];
    pid_t other;
    leave_starter();
    if (redirect(desc->log_path) != GW_OK)
        child_fails(ready_fd, "write", desc->log_path ? desc->log_path : "/dev/null");
    if (desc->log_path)
        unsetenv("NOTIFY_SOCKET");
    if (desc->pid_path && pid_file_claim(desc->pid_path, getpid(), &other) != GW_OK)
        child_fails(ready_fd, "write", desc->pid_path);
    if (chdir(desc->dir) != 0)
        child_fails(ready_fd, "enter", desc->dir);
    snprintf(number, sizeof number, "%d", ready_fd);
    setenv(READY_VARIABLE, number, 1);
    fcntl(ready_fd, F_SETFD, 0);
    execv(desc->argv[0], (char *const *)desc->argv);
    child_fails(ready_fd, "run", desc->argv[0]);
}

/* The child's end of that pipe closes when its program runs, or when it failed. */
static void wait_for_program(int fd)
{
    char byte;
    while (read(fd, &byte, 1) < 0 && errno == EINTR)
        continue;
}

int process_open(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* A child that cannot be watched is not left alone. */
static gw_err watch(pid_t pid, struct process_child *child)
{
    int pidfd = process_open(pid), error = errno;
    if (pidfd < 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        errno = error;
        return GW_EIO;
    }
    child->pid = pid;
    child->pidfd = pidfd;
    return GW_OK;
}

static gw_err spawn_between(const struct process_desc *desc, const int ready[2],
                            const int running[2], struct process_child *child)
{
    pid_t pid = fork();
    if (pid == 0)
        run_child(desc, ready[1]);
    int error = errno;
    close(ready[1]);
    close(running[1]);
    errno = error;
    if (pid < 0)
        return GW_EIO;
    wait_for_program(running[0]);
    return watch(pid, child);
}

gw_err process_spawn(const struct process_desc *desc, struct process_child *child)
{
    int ready[2], running[2];
    if (pipe2(ready, O_CLOEXEC) != 0)
        return GW_EIO;
    fcntl(ready[0], F_SETFL, O_NONBLOCK); /* a grandchild may keep the other end */
    if (pipe2(running, O_CLOEXEC) != 0) {
        close(ready[0]);
        close(ready[1]);
        return GW_EIO;
    }
    gw_err err = spawn_between(desc, ready, running, child);
    int error = errno;
    close(running[0]);
    if (err == GW_OK)
        child->ready_fd = ready[0];
    else
        close(ready[0]);
    errno = error;
    return err;
}

enum process_state process_heard(const struct process_child *child, char **why)
{
    char line[SENTENCE_MAX + 1];
    ssize_t size = read(child->ready_fd, line, sizeof line - 1);
    *why = NULL;
    if (size < 0)
        return errno == EINTR || errno == EAGAIN ? PROCESS_STARTING : PROCESS_FAILED;
    line[size] = '\0';
    line[strcspn(line, "\n")] = '\0';
    if (strcmp(line, "ready") == 0)
        return PROCESS_READY;
    if (strncmp(line, "ready ", strlen("ready ")) == 0) {
        *why = strdup(line + strlen("ready "));
        return PROCESS_READY;
    }
    if (*line)
        *why = strdup(line);
    return PROCESS_FAILED;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void process_release(struct process_child *child)
{
    close_fd(&child->ready_fd);
    close_fd(&child->pidfd);
}

gw_err process_signal(const struct process *process, int signum)
{
    if (syscall(SYS_pidfd_send_signal, process->pidfd, signum, NULL, 0) == 0)
        return GW_OK;
    return errno == ESRCH ? GW_ENOTFOUND : GW_EDENIED;
}

bool process_wait(const struct process *process, int timeout_ms)
{
    struct pollfd fd = {.fd = process->pidfd, .events = POLLIN};
    return poll(&fd, 1, timeout_ms) == 1;
}

bool process_wait_until(const struct process *process, int64_t deadline_ms)
{
    int64_t left_ms = deadline_ms - os_monotonic_ms();
    return process_wait(process, left_ms > 0 ? (int)left_ms : 0);
}

struct process_end process_reap(const struct process *process)
{
    siginfo_t info = {0};
    struct process_end end = {0};
    if (waitid(P_PIDFD, (id_t)process->pidfd, &info, WEXITED) != 0 || info.si_pid == 0)
        return end;
    end.is_known = true;
    if (info.si_code == CLD_EXITED)
        end.exit_code = info.si_status;
    else
        end.signum = info.si_status;
    return end;
}

char *process_describe_end(struct process_end end)
{
    if (!end.is_known)
        return sentence("ended");
    if (end.signum)
        return sentence("was ended by signal %d (%s)", end.signum, strsignal(end.signum));
    return sentence("ended with exit code %d", end.exit_code);
}

void process_close(struct process *process)
{
    close_fd(&process->pidfd);
}

void process_command(pid_t pid, char *out, size_t size)
{
    size_t length = proc_read(pid, "cmdline", out, size);
    while (length > 0 && out[length - 1] == '\0')
        length--;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)out[i] < ' ')
            out[i] = ' ';
    out[length] = '\0';
}
