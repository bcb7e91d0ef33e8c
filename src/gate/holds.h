/* holds: what waits until it is known which dialect its client speaks. */
#pragma once

#include "wire/reader.h"

struct client;
struct gate;
struct hold; /* of one client; one for which nothing waits has none */

struct holds {
    struct hold *all; /* all wait equally long: the first is due first */
};

/* Keeps one packet, of which there may be two pieces, until the client shows its dialect; for so
 * long at most, and no more than so much: then it is taken for one of 2020. */
void holds_put(struct client *client, struct view head, struct view tail);

/* Its dialect is settled: what waits is sent. */
void holds_release(struct client *client);

/* Nobody will tell any more: what waits is sent as 2020 has it. */
void holds_give_up(struct client *client);

void holds_forget(struct client *client); /* it is gone */

/* Gives up those that are due; returns when the next one is. */
int64_t holds_turn(struct gate *g);
