/* fetch: reads a page of several processes at once, by HTTP. */
#pragma once

#include "base/buf.h"
#include "host/host.h"

/* Zero but for the address; fetch_free frees the page. */
struct fetch {
    struct host_address address; /* "127.0.0.1:24001"; empty: nobody is asked */
    const char *trouble;         /* why there is no page, or NULL; static */
    struct buf page;             /* its text, when there is no trouble; a NUL follows */
};

/* Asks all of them, and returns when each has answered or after that time. */
void fetch_all(struct fetch *fetches, size_t count, const char *path, int64_t timeout_ms);
void fetch_free(struct fetch *fetch);
