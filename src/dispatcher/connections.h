/* connections: links from games and gates that come, break, go on or end. */
#pragma once

#include "dispatcher/peers.h"

/* Takes the link's events: a game or gate has connected. */
void connections_accept(struct dispatcher *d, struct link *link);

/* The peer has registered; it need not say HELLO. */
void connections_registered(struct dispatcher *d, struct peer *peer);
/* It has said HELLO: it is answered, and what is sent to it counts from here on. */
void connections_hello(struct dispatcher *d, struct peer *peer, uint64_t epoch, uint64_t features);

/* A connection without a name asks to go on as the peer that it was before its link broke, and may
 * be gone afterwards. When it may not, it is told so and may register. */
void connections_resume(struct dispatcher *d, struct peer *from, const struct msg_resume *asked);

/* The game is about to go on in another process: what is sent to it waits for that, so long at
 * most. If it does not come, and the game is still there, it gets what has waited. */
void connections_freeze(struct dispatcher *d, struct peer *game, int64_t for_ms);
/* The new process is connected as `from`, which is gone afterwards: the game has its link. */
void connections_restore(struct dispatcher *d, struct peer *game, struct peer *from);
/* What has waited goes over its link; one of ours has that when it says HELLO. */
void connections_thaw(struct dispatcher *d, struct peer *game);
/* The same because the game says that it goes on where it is: it is answered, and its session goes
 * over breaks again. */
void connections_cancel_freeze(struct dispatcher *d, struct peer *game);

/* Ends a peer whose place another one takes, without grace: that is the same process, which claims
 * what it has, or a new one, and then the old one is dead. */
void connections_replace(struct dispatcher *d, struct peer *peer, const char *reason);

/* Ends those that have been away or silent for too long; returns when the next one will have. */
int64_t connections_turn(struct dispatcher *d);
void connections_fini(struct dispatcher *d);
