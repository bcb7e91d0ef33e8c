/* gives: tells entities of the clients that they were given. */
#pragma once

#include "gate/core.h"

/* Its owner is a new one: tells it, or waits for the HELLO of the dispatcher that serves it. */
void gives_tell(struct gate *g, struct client *client);

void gives_hello(struct gate *g, unsigned index); /* that dispatcher has said it */

/* Closes the clients that have waited too long; returns when the next one will have. */
int64_t gives_turn(struct gate *g);
