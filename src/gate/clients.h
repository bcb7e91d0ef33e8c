/* clients: the life of a client's connection. */
#pragma once

#include "gate/core.h"

void clients_accept(struct gate *g, struct link *link);
void clients_close_all(struct gate *g, const char *reason); /* at the end: tells nobody */
struct client *clients_get(const struct gate *g, gw_id id); /* NULL when it is gone */

struct view client_address(const struct client *client); /* of its peer, as text */

/* Its player is that entity from now on. */
void clients_set_owner(struct client *client, gw_id owner);
/* It is about to be sent the creation of its player. False when it must not be: it has that
 * already, or another one, and then it is closed. */
bool clients_show_player(struct client *client, gw_id player);
/* It is about to be sent the end of an entity. */
void clients_hide_entity(struct client *client, gw_id entity);

void client_send(struct client *client, const void *payload, size_t size);
void client_send2(struct client *client, const void *head, size_t head_size, const void *tail,
                  size_t tail_size);
void client_send_packet(struct client *client, struct packet *packet); /* borrows */

/* Closes those that have lost their owner: the dispatcher that serves it is gone, or the owners
 * (`ids` of them) are. */
void clients_close_served_by(struct gate *g, unsigned index);
void clients_close_owned_by(struct gate *g, struct view ids);

/* Asks the owners of the clients that the dispatcher serves whether they still are. */
void clients_check_served_by(struct gate *g, unsigned index);

/* Tells the owner's game that the client is gone. */
void clients_tell_gone(struct gate *g, gw_id owner, gw_id client);
