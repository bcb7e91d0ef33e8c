/* found: what there is of a server at this moment, whoever has started it. */
#pragma once

#include "cli/processes.h"
#include "cli/record.h"

struct found {
    struct processes running;
    struct process supervisor; /* its pidfd is -1 when there is none */
    struct records records;    /* what the supervisor knows; empty without one */
    pid_t foreground;          /* the process that has it all in the foreground; 0: none */
};

void found_look(struct found *found, struct server *server);
void found_forget(struct found *found);

static inline bool found_supervisor(const struct found *found)
{
    return found->supervisor.pidfd >= 0;
}

#define TARGET_SIZE 256
/* The target of systemd that starts and stops the server, where its processes are services that
 * `goworld units` has written: "NAME.target". False where they are not. */
bool found_target(const struct found *found, char name[TARGET_SIZE]);

/* Says on standard error that the server is running, and how it is stopped; returns GW_EEXIST. */
gw_err found_complain(const struct found *found, const struct server *server);
