/* The game: one table that holds the whole program, and the main that runs it. */
#pragma once

#include <goworld/entity.h>

typedef struct gw_game {
    const gw_entity_type *const *types; /* ends with NULL; the ini's boot_entity is one of them */
    const gw_entity_type *space; /* of every space (space.h), and in `types` not once more; its name
                                    on the wire is `__space__`; NULL: a plain one */
    void (*on_ready)(
        void); /* once, when all processes that goworld.ini asks for are there; NULL: nothing */
    void (*on_restored)(void); /* this program has taken over from another one, whose on_ready has
                                  run: before on_restored of the entities; NULL: nothing */
} gw_game;

/* Runs the game process until it is told to stop; the body of main. Returns the exit code. */
int gw_main(const gw_game *game, int argc, char **argv);
