/* host: see host.h. */
#include "host/host.h"

#include "base/assert.h"
#include "base/buf.h"
#include "base/sentence.h"
#include "os/listener.h"
#include "os/notify.h"
#include "os/system.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static void fill_in(struct host *host)
{
    host->ids.clock = loop_clock(host->loop);
    host->ids.pid = os_pid16();
    host->ids.counter = (uint32_t)os_random_seed();
    os_host_bytes(host->ids.host);
    host->started_ms = loop_clock(host->loop)->now_ms;
    host->epoch = os_random_seed();
    host->seed = os_random_seed();
}

gw_err host_open(struct host **out, char **error)
{
    struct host *host = mem_zalloc(sizeof *host);
    gw_err err = loop_create(&host->loop);
    if (err != GW_OK) {
        *error = sentence("cannot make an event loop: %s", gw_strerror(err));
        free(host);
        return err;
    }
    os_files_max_raise();
    host->tcp = tcp_create(host->loop, &host->pool);
    fill_in(host);
    *out = host;
    return GW_OK;
}

void host_close(struct host *host)
{
    if (!host)
        return;
    tcp_destroy(host->tcp);
    loop_destroy(host->loop);
    outq_pool_free(&host->pool);
    free(host);
}

void host_await(struct host *host)
{
    host->awaited++;
}

void host_serves(struct host *host)
{
    ASSERT(host->awaited > 0);
    if (--host->awaited == 0)
        os_notify_ready(host->ready_note);
}

void host_stop(struct host *host)
{
    if (host->is_stopping)
        return;
    host->is_stopping = true;
    os_notify_stopping();
    loop_wake(host->loop);
}

static void mask_signals(int how)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigprocmask(how, &signals, NULL);
}

void host_hold_signals(void)
{
    mask_signals(SIG_BLOCK);
}

void host_release_signals(void)
{
    mask_signals(SIG_UNBLOCK);
}

void host_succeeded_by(struct host *host, pid_t successor)
{
    host->successor = successor;
}

struct host_address host_address(const struct conf_address *address)
{
    struct host_address out;
    const char *format = strchr(address->host, ':') ? "[%s]:%u" : "%s:%u";
    snprintf(out.text, sizeof out.text, format, address->host, address->port);
    return out;
}

/* Most often it is another server with the same ports, which its command line names. */
static char *in_use(const struct conf_address *address, const char *key)
{
    struct host_address text = host_address(address);
    struct listener other;
    if (listener_find(address->host, address->port, &other) != GW_OK || !other.pid)
        return sentence("%s %s is in use: another program listens there", key, text.text);
    return sentence("%s %s is in use: pid %d listens there: %s", key, text.text, (int)other.pid,
                    other.command);
}

char *host_listen_error(const struct conf_address *address, const char *key, gw_err err)
{
    struct host_address text = host_address(address);
    switch (err) {
    case GW_EEXIST:
        return in_use(address, key);
    case GW_EDENIED:
        return sentence("%s %s: the system does not allow to listen there", key, text.text);
    case GW_EINVAL:
        return sentence("%s %s is no address of this machine", key, text.text);
    default:
        return sentence("%s %s: cannot listen there: %s", key, text.text, gw_strerror(err));
    }
}
