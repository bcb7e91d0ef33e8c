/* entity: one entity of the server as this client sees it. */
#pragma once

#include "client/value.h"

#include <goworld/types.h>

struct gwc_entity {
    gw_id id;
    char id_text[sizeof(gw_id) + 1]; /* with a NUL behind it */
    bool is_player;
    float yaw;
    gwc_vec3 position;
    gwc_value attrs; /* a map */
    void *user;
    size_t bytes; /* what it has taken of the world's budget when it came, attributes apart */
    struct gwc_entity *previous, *next; /* in the order of creation */
    char type[];
};
