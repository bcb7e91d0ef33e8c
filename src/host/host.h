/* host: what the cores of one process share: its loop, its network, what makes it differ from
 * others. */
#pragma once

#include "base/id.h"
#include "conf/conf.h"
#include "net/tcp.h"
#include "os/loop.h"

#include <sys/types.h>

struct host {
    struct loop *loop;
    struct tcp *tcp;
    struct outq_pool pool;
    struct id_source ids;
    uint64_t epoch; /* of this run */
    uint64_t seed;
    int64_t started_ms;  /* by the loop's clock */
    bool is_stopping;    /* asked to end */
    pid_t successor;     /* the process that signals which wait are for; 0: none */
    unsigned awaited;    /* cores that do not serve yet */
    char ready_note[64]; /* told with it that they do */
};

/* On failure *error is a sentence the caller frees. */
GW_NODISCARD gw_err host_open(struct host **out, char **error);
void host_close(struct host *host); /* the cores are gone by then; NULL does nothing */

/* Each core says that it has been started, and later that it serves. When all do, whoever started
 * the process is told. */
void host_await(struct host *host);
void host_serves(struct host *host);

/* Asks the process to end, as SIGTERM does. Asked again, it does nothing more. */
void host_stop(struct host *host);

/* Signals by which the process is asked for something wait from now on until they are released:
 * while it has what nobody else has, or does not know yet who is to have it. host/server.h releases
 * them when the process runs. */
void host_hold_signals(void);
void host_release_signals(void);
/* Another process goes on with what this one does, which ends: what waits is for the other. */
void host_succeeded_by(struct host *host, pid_t successor);

/* Room for "host:port" of any configuration, brackets around IPv6 included. */
struct host_address {
    char text[sizeof((struct conf_address *)0)->host + 16];
};
struct host_address host_address(const struct conf_address *address);

/* A sentence about an address that cannot be listened on; the caller frees it. */
char *host_listen_error(const struct conf_address *address, const char *key, gw_err err);
