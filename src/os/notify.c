/* notify: see notify.h. */
#include "os/notify.h"

#include <goworld/types.h>

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define STATE_MAX 1024

static void tell_starter(const char *text)
{
    const char *number = getenv("GOWORLD_READY_FD");
    if (!number)
        return;
    int fd = (int)strtol(number, NULL, 10);
    unsetenv("GOWORLD_READY_FD"); /* children must not answer too */
    if (fd <= STDERR_FILENO)
        return;
    /* Whoever waited may be gone; then nobody wants to know. */
    if (write(fd, text, strlen(text)) > 0 && text[strlen(text) - 1] != '\n')
        (void)!write(fd, "\n", 1);
    close(fd);
}

/* Returns the size of the address, 0 when there is none. An @ stands for the zero byte that begins
 * an abstract name. */
static socklen_t service_address(struct sockaddr_un *address)
{
    const char *name = getenv("NOTIFY_SOCKET");
    size_t size = name ? strlen(name) : 0;
    if (size < 2 || size >= sizeof address->sun_path || (name[0] != '/' && name[0] != '@'))
        return 0;
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, name, size);
    if (name[0] == '@')
        address->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
}

static void tell_service(const char *state)
{
    struct sockaddr_un address;
    socklen_t size = service_address(&address);
    int fd = size ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
    if (fd < 0)
        return;
    (void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address, size);
    close(fd);
}

void os_notify_ready(const char *note)
{
    char text[STATE_MAX];
    snprintf(text, sizeof text, "ready%s%s\n", *note ? " " : "", note);
    tell_starter(text);
    tell_service("READY=1\n");
}

void os_notify_error(const char *sentence)
{
    char state[STATE_MAX];
    tell_starter(sentence);
    snprintf(state, sizeof state, "STATUS=%s\n", sentence);
    tell_service(state);
}

void os_notify_stopping(void)
{
    tell_service("STOPPING=1\n");
}

void os_notify_saving(unsigned long long requests, int within_ms)
{
    char state[STATE_MAX];
    snprintf(state, sizeof state,
             "STATUS=saving: %llu requests to the databases are left\n"
             "EXTEND_TIMEOUT_USEC=%lld\n",
             requests, within_ms * 1000LL);
    tell_service(state);
}

void os_notify_succeeded(pid_t pid)
{
    char state[STATE_MAX];
    snprintf(state, sizeof state, "MAINPID=%d\n", (int)pid);
    tell_service(state);
}
