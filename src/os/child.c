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

/* Leaves without the parent's exit handlers and without writing what the parent had buffered. */
_Noreturn static void child_main(const struct os_child_desc *desc)
{
    if (desc->stderr_fd >= 0) {
        dup2(desc->stderr_fd, STDOUT_FILENO);
        dup2(desc->stderr_fd, STDERR_FILENO);
    }
    int code = desc->main(desc->user);
    fflush(NULL);
    if (code == 0 && has_leaked())
        code = OS_CHILD_LEAKED;
    _exit(code);
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

int os_null_open(void)
{
    return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

unsigned os_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (unsigned)cores : 1;
}
