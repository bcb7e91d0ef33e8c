/* child: runs a function in a child process, so that whatever it does ends only that. */
#pragma once

#include <goworld/types.h>

#include <sys/types.h>

struct os_child_desc {
    int (*main)(void *user); /* what it returns is the exit code */
    void *user;
    bool is_silent; /* what it prints goes nowhere */
};

/* What a child exits with when it has leaked memory, which LeakSanitizer sees where it is built in.
 */
#define OS_CHILD_LEAKED 77

GW_NODISCARD gw_err os_child_start(const struct os_child_desc *desc, pid_t *out);
/* Ends this process, which is a child, at once. */
_Noreturn void os_child_exit(int code);
/* Ends this process by SIGALRM when it is still there after so long; 0: no more. */
void os_deadline(unsigned seconds);
/* Waits for its end: its exit code, or minus the signal that has ended it. */
int os_child_wait(pid_t pid);

/* Zeroed memory that children share; aborts when there is none. */
void *os_shared_create(size_t size);
void os_shared_destroy(void *memory, size_t size);

unsigned os_cores(void);
