/* insight: what the processes of a server do at this moment, as they tell it on /metrics. */
#pragma once

#include "cli/fetch.h"
#include "cli/server.h"

struct insight {
    struct fetch *fetches; /* of the dispatchers, then the games, then the gates */
    size_t count;
    size_t first[ROLE_COUNT];
};

/* Asks all processes of the ini, and waits a second at most. */
void insight_look(struct insight *insight, const struct server *server);
void insight_forget(struct insight *insight);

/* Writes what that process does, or why it is not known. */
void insight_print(const struct insight *insight, enum role role, unsigned number, struct buf *out);

/* The same out of the text of its /metrics. */
void insight_describe(enum role role, const char *name, const char *page, struct buf *out);
