/* service: see service.h. systemd keeps the processes of a service in a control group of that name.
 */
#include "os/service.h"

#include "os/proc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GROUPS_BYTES 4096
#define ENDING ".service"

/* That of systemd: "0::/system.slice/x.service", or "1:name=systemd:..." before there was one
 * hierarchy for all. */
static const char *own_group(const char *groups)
{
    const char *path = strstr(groups, ":name=systemd:");
    if (path)
        return path + strlen(":name=systemd:");
    path = strstr(groups, "0::");
    return path ? path + strlen("0::") : "";
}

bool service_in(const char *groups, char *name, size_t size)
{
    const char *path = own_group(groups), *end = path + strcspn(path, "\n"), *begin = end;
    while (begin > path && begin[-1] != '/')
        begin--;
    size_t length = (size_t)(end - begin), ending = strlen(ENDING);
    if (length <= ending || length >= size || memcmp(end - ending, ENDING, ending) != 0)
        return false;
    memcpy(name, begin, length);
    name[length] = '\0';
    return true;
}

bool service_of(pid_t pid, char *name, size_t size)
{
    char groups[GROUPS_BYTES];
    proc_read(pid, "cgroup", groups, sizeof groups); /* a line for each hierarchy */
    return service_in(groups, name, size);
}

static bool is_service(void)
{
    return getenv("NOTIFY_SOCKET") != NULL;
}

static bool is_in_own_group(pid_t pid)
{
    char own[GROUPS_BYTES], its[GROUPS_BYTES];
    proc_read(getpid(), "cgroup", own, sizeof own);
    proc_read(pid, "cgroup", its, sizeof its);
    return strcmp(own, its) == 0;
}

bool service_has(pid_t pid)
{
    return is_service() && is_in_own_group(pid);
}

bool service_may_pass_to(pid_t pid)
{
    return !is_service() || is_in_own_group(pid);
}
