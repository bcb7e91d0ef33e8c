/* peers: the games or the gates that have registered, by id and in a list. */
#pragma once

#include "base/buf.h"
#include "base/heap.h"
#include "cluster/session.h"
#include "dispatcher/place.h"
#include "wire/messages.h"

struct dispatcher;
struct pressed;

enum peer_kind { PEER_NEW, PEER_GAME, PEER_GATE, PEER_GONE };

/* One connection, over one link after the other. */
struct peer {
    struct dispatcher *dispatcher;
    struct link *link; /* NULL: it has broken, and the place is the peer's until its deadline */
    struct session session;
    char address[64];
    struct peer *prev, *next; /* all connections */
    enum peer_kind kind;
    uint16_t id;      /* 0 until registered */
    bool said_bye;    /* it ends by itself */
    bool bans_boot;   /* a game that wants no boot entities */
    bool is_frozen;   /* a game that goes on in another process: what is for it waits */
    bool is_early;    /* a gate for whose HELLO something waits, and all that is behind that */
    int64_t heard_ms; /* when something last came */
    double load;  /* a game's CPU percent, with a little added for each entity given to it since */
    size_t index; /* in its peers->all */
    struct place place;        /* of the entities that live on this game */
    struct pressed *pressed;   /* clients that wait for this game to read */
    struct buf syncs;          /* positions for this game; empty between packets */
    struct heap_node deadline; /* see connections.c */
    struct msg_resume asked;   /* of a new connection that waits for the end of its old link */
    bool waits;
};

struct peers {
    struct peer **by_id; /* ids below id_limit */
    size_t id_limit;
    struct peer **all;
    size_t count, capacity;
};

struct peer *peers_get(const struct peers *peers, uint16_t id); /* NULL when there is none */
void peers_add(struct peers *peers, struct peer *peer);         /* its id must be free */
void peers_remove(struct peers *peers, struct peer *peer);
void peers_free(struct peers *peers);

/* Sends one packet to each but `except`, which may be NULL. */
void peers_send(const struct peers *peers, const struct peer *except, const void *payload,
                size_t size);

bool peer_is_there(const struct peer *peer); /* linked: new things may be given to it */

/* One that knows only GoWorld's messages gets only those. */
bool peer_knows(const struct peer *peer, struct view packet);

/* What the peer cannot have any more, because it is full or gone, is counted. */
void peer_send(struct peer *peer, const void *payload, size_t size);
void peer_send_packet(struct peer *peer, struct packet *packet); /* borrows */

/* The same before all that waits, straight over its link. */
void peer_say(struct peer *peer, const void *payload, size_t size);

/* Counts whole packets that came from it, headers included. */
void peer_count(struct peer *peer, size_t packets, size_t bytes);

const char *peer_kind_name(const struct peer *peer); /* "game" */
