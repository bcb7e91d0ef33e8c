/* found: see found.h. */
#include "cli/found.h"

#include "cli/lock.h"
#include "cli/supervision.h"
#include "os/service.h"

#include <stdio.h>

void found_look(struct found *found, struct server *server)
{
    struct lock_holder holder;
    *found = (struct found){.supervisor = {.pidfd = -1}};
    if (supervision_find(server, &found->supervisor) == GW_OK)
        records_read(&found->records, server_state_path(server, SUPERVISOR_NAME, ".state"),
                     found->supervisor.pid);
    processes_find(&found->running, server->run_dir);
    if (lock_find(server, &holder) == GW_OK && holder.use == LOCK_FOREGROUND)
        found->foreground = holder.pid;
}

void found_forget(struct found *found)
{
    process_close(&found->supervisor);
    processes_free(&found->running);
    records_free(&found->records);
}

/* Such a service is called "NAME-game@1.service". */
static bool target_of(const struct running *running, char name[TARGET_SIZE])
{
    char service[TARGET_SIZE], ending[PROCESS_NAME_SIZE + 16];
    if (!service_of(running->process.pid, service, sizeof service))
        return false;
    size_t length = strlen(service),
           end = (size_t)snprintf(ending, sizeof ending, "-%s@%u.service",
                                  role_names[running->role], running->number);
    if (length <= end || strcmp(service + length - end, ending) != 0)
        return false;
    snprintf(name, TARGET_SIZE, "%.*s.target", (int)(length - end), service);
    return true;
}

bool found_target(const struct found *found, char name[TARGET_SIZE])
{
    for (size_t i = 0; i < found->running.count; i++)
        if (target_of(&found->running.list[i], name))
            return true;
    return false;
}

gw_err found_complain(const struct found *found, const struct server *server)
{
    if (found->running.count > 0)
        cli_fail("the server is running already (%s, pid %d); stop it first: %s stop %s",
                 found->running.list[0].name, (int)found->running.list[0].process.pid,
                 server->command, server->shown);
    else
        cli_fail("the server's supervisor (pid %d) would start it; stop that first: %s stop "
                 "%s",
                 (int)found->supervisor.pid, server->command, server->shown);
    return GW_EEXIST;
}
