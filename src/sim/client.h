/* client: scripted clients of a simulated cluster. */
#pragma once

#include "base/buf.h"
#include "sim/others.h"
#include "sim/state.h"

struct gw_sim_client {
    gw_sim *sim;
    char name[16];
    struct link *link; /* NULL: not connected yet, or closed */
    bool closed, stalled;
    gw_sim_sight **sights; /* each with its texts behind it */
    size_t count, capacity;
    size_t mark; /* where gw_sim_see goes on to look */
    gw_id id;    /* its ClientID, once it was told */
    gw_id player;
    char player_type[64];
    struct mirror attrs; /* of the player */
    gw_vec3 position;    /* likewise, as the server has told it, or as it has moved it since */
    gw_id space;         /* that the player is in, one of the others; none: it was shown none */
    struct others others;
    void (*noted)(void *user); /* tests may hang in here; NULL: nobody */
    void *noted_user;
};

bool client_is_name(const gw_sim *sim, const char *name);
void clients_forget(gw_sim *sim); /* nobody looks at what comes any more */
void clients_free(gw_sim *sim);

/* What comes in becomes sights: sights.c. */
extern const struct link_events client_events;
void sights_free(gw_sim_client *client);
