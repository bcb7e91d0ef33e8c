/* sightings: the positions that clients are sent: each client gets its own in one packet. */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

struct gate;

/* More unsent than this, and a client gets no positions. */
#define SIGHTINGS_UNSENT_MAX ((size_t)256 << 10)

/* While records are regrouped, of one client. */
struct client_sightings {
    uint32_t count; /* how many are for it, */
    uint32_t from;  /* and where they begin */
};

/* Reused from packet to packet. */
struct sightings {
    struct buf receivers; /* struct client * of each record */
    struct buf grouped;   /* records in the order of their clients, or those of one */
};

void sightings_fini(struct sightings *sightings);

/* Send what a SYNC_POSITION_YAW_ON_CLIENTS holds, a record behind each ClientID; or a
 * SYNC_POSITIONS, which has each record once and, for each client, runs of them. Return false, and
 * nothing is sent, when the bytes are not like that. */
GW_NODISCARD bool sightings_deliver_pairs(struct gate *g, struct view pairs);
GW_NODISCARD bool sightings_deliver_runs(struct gate *g, struct view bytes);
