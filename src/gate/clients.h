/* clients: the life of a client's connection. */
#pragma once

#include "gate/core.h"

void clients_accept(struct gate *g, struct link *link, enum gate_transport transport);
void clients_close_all(struct gate *g, const char *reason); /* at the end: tells nobody */
struct client *clients_get(const struct gate *g, gw_id id); /* NULL when it is gone */

struct view client_address(const struct client *client); /* of its peer, as text */

/* The client ends, and its owner's game is told. Its link, if it has one, is closed already. */
void clients_end(struct client *client, const char *reason);
/* The gate or the game does not want it any more: its connection is closed, it may not come back.
 */
void clients_dismiss(struct client *client, const char *reason);
/* The client's connection is from now on that of another, which ends without it. */
void clients_move_connection(struct client *client, struct client *by);

/* Its player is that entity from now on. */
void clients_set_owner(struct client *client, gw_id owner);
/* It is about to be sent the creation of its player. False when it must not be: it has that
 * already, or another one, and then it is closed, and gone if it was away. */
bool clients_show_player(struct client *client, gw_id player);
/* It is about to be sent the end of its player: what else it has been shown goes first. */
void clients_hide_player(struct client *client);
/* It is about to be sent all that its player sees: the same. */
void clients_view_follows(struct client *client);

/* Closes those that have lost their owner: the dispatcher that serves it is gone, or the owners
 * (`ids` of them) are. */
void clients_close_served_by(struct gate *g, unsigned index);
void clients_close_owned_by(struct gate *g, struct view ids);

/* What was said to the clients that the dispatcher serves was lost with it. What would not fit to
 * what they have is passed over until their views follow. */
void clients_missed_word(struct gate *g, unsigned index);

/* Asks the owner whether it is still that, and to tell what the client may have missed. */
void clients_check_owner(const struct client *client);
/* Asks the owners of the clients that the dispatcher serves whether they still are. */
void clients_check_served_by(struct gate *g, unsigned index);

/* Tells the owner's game that the client is gone. */
void clients_tell_gone(struct gate *g, gw_id owner, gw_id client);
