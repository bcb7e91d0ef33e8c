/* admin: the pages /healthz and /metrics of a process. */
#pragma once

#include "base/metric.h"
#include "host/host.h"
#include "net/http.h"

#define ADMIN_GROUPS_MAX 8u

/* Zero but for what `host` and `process` say is ready to use. */
struct admin {
    struct host *host;
    const char *process; /* "gate1"; borrowed */
    /* Returns why the process does not serve, as a static sentence, or NULL when it does. NULL: it
     * always does. */
    const char *(*trouble)(void *user);
    /* Prints what no table of numbers tells, behind them. NULL: there is no more. */
    void (*print_more)(void *user, struct buf *out, const char *labels);
    void *user;
    struct admin_group {
        const struct metric *metrics;
        const void *values;
    } groups[ADMIN_GROUPS_MAX];
    unsigned group_count;
};

/* Adds numbers to /metrics; borrows both. Those of the process and of its network are there
 * already. */
void admin_add(struct admin *admin, const struct metric *metrics, const void *values);

/* Answers a request for one of its pages; returns false, and has done nothing, for any other. */
bool admin_handle(struct admin *admin, const struct http_request *request,
                  struct http_response *response);

/* Serves nothing but these pages. On failure *error is a sentence the caller frees. */
GW_NODISCARD gw_err admin_listen(struct admin *admin, const struct conf_address *address,
                                 struct http_server **out, char **error);
