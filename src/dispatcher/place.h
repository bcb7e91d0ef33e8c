/* place: where an entity is. */
#pragma once

struct hold;
struct peer;

/* All that live on a game share the game's own place, so that an idle entity costs one slot of the
 * map; one that is on its way has a hold with a place of its own. */
struct place {
    struct peer *game; /* NULL: nobody knows yet, a client was given to it and waits */
    struct hold *hold; /* NULL when it lives there */
};
