/* member: one process of a server while the server is being started. */
#pragma once

#include "cli/server.h"
#include "os/process.h"

struct member {
    char name[PROCESS_NAME_SIZE];
    struct process_child child;
    const char *log_path;
    int64_t log_begin; /* what stood in the log before */
    bool ready;
};

/* Each failure is told on standard error: which process, why, and its last log lines. */
GW_NODISCARD gw_err member_spawn(struct member *member, struct server *server, enum role role,
                                 unsigned number);
/* The descriptor that is readable when there is news: the ready pipe, later the pidfd. */
int member_fd(const struct member *member);
/* Takes the news; fails when the process cannot serve or has died. */
GW_NODISCARD gw_err member_news(struct member *member);
/* Tells that the member failed, with the sentence (which it frees; NULL: how the process ended). */
void member_complain(const struct member *member, char *why);
