/* child: see child.h. */
#include "os/child.h"

#include "os/sanitize.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(SANITIZE_ADDRESS)
#include <sanitizer/lsan_interface.h>
#endif

static bool has_leaked(void)
{
#if defined(SANITIZE_ADDRESS)
    return __lsan_do_recoverable_leak_check();
#else
    return false;
#endif
}

static void be_silent(void)
{
    int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null_fd < 0)
        return;
    dup2(null_fd, STDOUT_FILENO);
    dup2(null_fd, STDERR_FILENO);
    close(null_fd);
}

/* Without the exit handlers, which are the parent's. */
void os_child_exit(int code)
{
    fflush(NULL);
    _exit(code);
}

_Noreturn static void child_main(const struct os_child_desc *desc)
{
    if (desc->is_silent)
        be_silent();
    int code = desc->main(desc->user);
    if (code == 0 && has_leaked())
        code = OS_CHILD_LEAKED;
    os_child_exit(code);
}

gw_err os_child_start(const struct os_child_desc *desc, pid_t *out)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        return GW_EIO;
    if (pid == 0)
        child_main(desc);
    *out = pid;
    return GW_OK;
}

void os_deadline(unsigned seconds)
{
    alarm(seconds);
}

int os_child_wait(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -SIGKILL;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

void *os_shared_create(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        abort();
    return memory;
}

void os_shared_destroy(void *memory, size_t size)
{
    munmap(memory, size);
}

unsigned os_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (unsigned)cores : 1;
}
