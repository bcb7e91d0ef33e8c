/* Clients: whom a client call reaches, and which entity a client belongs to. */
#pragma once

#include <goworld/entity.h>

/* How a filter property is compared; both sides are byte strings. The numbers are on the wire. */
typedef enum gw_filter_op { GW_EQ, GW_NE, GW_GT, GW_LT, GW_GE, GW_LE } gw_filter_op;

/* Whom a client call reaches. Make it with one of the functions below and use it at once. */
typedef struct gw_clients {
    enum { GW_NOBODY, GW_THE_OWN_CLIENT, GW_CLIENTS_THAT_MATCH, GW_CLIENTS_THAT_SEE } kind;
    gw_filter_op op;
    gw_entity *owner;
    const char *key, *value; /* borrowed; an empty key matches every client of the cluster */
} gw_clients;

/* The client of this entity; nobody when it has none, or for NULL. */
static inline gw_clients gw_own_client(gw_entity *entity)
{
    return (gw_clients){.kind = entity ? GW_THE_OWN_CLIENT : GW_NOBODY, .owner = entity};
}

/* Every client whose filter property compares true. The call is made on the client's own player. */
static inline gw_clients gw_clients_where(const char *key, gw_filter_op op, const char *value)
{
    return (gw_clients){.kind = GW_CLIENTS_THAT_MATCH, .op = op, .key = key, .value = value};
}

static inline gw_clients gw_all_clients(void)
{
    return gw_clients_where("", GW_EQ, "");
}

bool gw_has_client(const gw_entity *entity);

/* Where the entity's client comes from: "192.0.2.7:50000", "[2001:db8::1]:50000". "" without a
 * client, and when its gate could not tell, because it or a dispatcher is one of GoWorld's or its
 * link to that was not up yet. Behind a proxy it is the proxy's. Good until the handler ends or
 * awaits. */
const char *gw_client_address(const gw_entity *entity);

/* Sets a filter property of the entity's client: kept by its gate until the client leaves its
 * owner. No effect without a client. GW_EINVAL for an empty key. */
gw_err gw_set_filter(gw_entity *entity, const char *key, const char *value);

/* Gives the client to another entity on any game; that one may still be loading. `from` loses it
 * now (on_client_lost runs on it), `to` gets it when its game hears of it; if there is no such
 * entity the client is disconnected. A client that `to` had before is disconnected, without
 * on_client_lost on `to`. GW_ENOTFOUND when `from` has no client; GW_EDENIED, and the client stays,
 * when its gate or the dispatcher of `from` is one of GoWorld's own (or has just come and not said
 * yet that it is not), which cannot hand over, and `to` does not live on this game. */
gw_err gw_give_client(gw_entity *from, gw_id to);

/* Disconnects the entity's client; on_client_lost runs when its gate says so. `reason` is for the
 * logs, and a WebSocket client reads it in its close frame, with code 4001: UTF-8, 123 bytes of it.
 * The protocol has no message for it, so that a TCP client is told nothing. */
void gw_close_client(gw_entity *entity, const char *reason);
