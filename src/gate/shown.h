/* shown: which entities, beside its player, each client has been shown. A game keeps no such
 * record, and the end of an entity may die with the dispatcher that carries it: then the gate is
 * the only one that can still take it from the client's sight. */
#pragma once

#include "base/idmap.h"
#include "wire/reader.h"

struct client;
struct gate;

struct shown_set; /* of one client; NULL when it has been shown none */

/* About to be sent the creation of an entity; one that it has been shown already, because word of
 * its end was lost, is hidden from it first. */
void shown_add(struct client *client, gw_id entity, struct view type);
/* About to be sent its end; false when it has not been shown that. */
GW_NODISCARD bool shown_remove(struct client *client, gw_id entity);
bool shown_has(const struct client *client, gw_id entity);

/* Sends the client the end of each, that of the space behind those of the others; none is shown to
 * it after that. */
void shown_hide_all(struct client *client);

void shown_forget(struct client *client); /* it has none of them any more */

/* The entities that any client is shown, each once. */
void shown_fini(struct idmap *entities);
