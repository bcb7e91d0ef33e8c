/* crew: all members of a server, by role and number. */
#pragma once

#include "cli/member.h"

struct crew {
    struct member *list;
    unsigned count;
};

/* All that the ini asks for. Those that run already are taken over from the crew before (which is
 * empty then; the others of it are left alone) or by their pid files. */
void crew_init(struct crew *crew, struct server *server, struct crew *before, int64_t now_ms);
void crew_fini(struct crew *crew);

bool crew_is_idle(const struct crew *crew); /* nobody runs or waits to be started again */
struct member *crew_first_unready(struct crew *crew, enum role role); /* NULL: all serve */
/* Ends the new ones in the order of `goworld stop`, games that were frozen before by SIGHUP, others
 * by SIGTERM, and if need be by SIGKILL. They are down then, `because` somebody failed. */
void crew_stop_new(struct crew *crew, const char *because);
