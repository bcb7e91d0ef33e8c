/* member: one process of a server, as its supervisor knows it. */
#pragma once

#include "cli/report.h"
#include "cli/restart.h"
#include "cli/server.h"
#include "os/process.h"

enum member_state {
    MEMBER_DOWN,     /* not started yet, or stopped with a start that failed */
    MEMBER_STARTING, /* runs and does not serve yet */
    MEMBER_SERVING,
    MEMBER_WAITING, /* died, and is started again */
    MEMBER_STOPPED, /* ended as somebody asked it to */
    MEMBER_GIVEN_UP,
    MEMBER_STATE_COUNT,
};

struct member {
    char name[PROCESS_NAME_SIZE];
    enum role role;
    unsigned number;
    enum member_state state;
    bool is_new;      /* began in the start that goes on now, and ends with it if that fails */
    bool was_frozen;  /* when its process was started, which has gone on from that */
    bool is_freezing; /* it is told to end so */
    struct process process; /* while it runs; else its pidfd is -1 */
    int ready_fd;           /* until it serves or dies; else -1 */
    int64_t due_ms;         /* when it is started again, or was the last time */
    struct restart restart;
    const char *log_path, *pid_path, *frozen_path; /* owned by the server */
    int64_t stop_timeout_ms;                       /* to end in, once it was told to */
    int64_t log_begin;                             /* what stood in the log before */
    char *said;                                    /* what it said keeps it from serving, or NULL */
    char *why; /* how it ended last, or what kept it from starting; or NULL */
};

void member_init(struct member *member, struct server *server, enum role role, unsigned number);
void member_fini(struct member *member); /* a process that runs goes on */
/* The same process after the ini was read again; its tries are forgotten. `from` is then empty. */
void member_move(struct member *member, struct member *from);
void member_set_why(struct member *member, char *why); /* takes the sentence */

static inline bool member_runs(const struct member *member)
{
    return member->process.pidfd >= 0;
}

/* Starts its process. On failure `why` is the reason. */
GW_NODISCARD gw_err member_spawn(struct member *member, struct server *server);
/* Takes over its process if one runs already: then it counts as serving. */
void member_adopt(struct member *member, int64_t now_ms);
/* Its process has ended, and its pid file names another one that runs: it has taken over, and is
 * taken over here. */
bool member_is_succeeded(struct member *member, int64_t now_ms);
/* Nothing of the frozen game is on the disk any more: the process has it. */
bool member_is_thawed(const struct member *member);
/* Takes what the process has said on ready_fd: that it serves, or why not. */
void member_hear(struct member *member, int64_t now_ms);
/* Takes the end of its process, with the reason in `why`; true when somebody had asked for it. The
 * state is left to the caller. */
bool member_end(struct member *member, int64_t now_ms);
/* Tells why it failed and the last lines of its log. */
void member_complain(const struct member *member, struct report *report);
