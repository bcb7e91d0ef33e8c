/* neighbour: see neighbour.h. A copied server whose listen_addr was changed and advertise_addr was
 * not is the usual case. Where both are the same the dispatcher itself finds the port in use. */
#include "cli/neighbour.h"

#include "os/listener.h"

static bool is_here(const struct conf_address *address)
{
    return strncmp(address->host, "127.", 4) == 0 || strcmp(address->host, "localhost") == 0;
}

/* A dispatcher of another server listens there. What else does passes the connection on, perhaps.
 */
static bool is_taken(const struct conf_dispatcher *dispatcher, struct listener *other)
{
    const struct conf_address *address = &dispatcher->advertise;
    return address->port != dispatcher->listen.port && is_here(address) &&
           listener_find(address->host, address->port, other) == GW_OK && other->pid &&
           strstr(other->command, " dispatcher -dispid ");
}

gw_err neighbour_check(const struct server *server)
{
    for (unsigned i = 1; i <= server->conf->deployment.dispatchers; i++) {
        const struct conf_dispatcher *dispatcher = conf_dispatcher(server->conf, i);
        struct listener other;
        if (!is_taken(dispatcher, &other))
            continue;
        cli_fail("the advertise_addr of dispatcher%u, %s:%u, leads to another server (pid %d: %s); "
                 "leave it out of %s if it is to follow listen_addr",
                 i, dispatcher->advertise.host, dispatcher->advertise.port, (int)other.pid,
                 other.command, server->ini);
        return GW_EEXIST;
    }
    return GW_OK;
}
