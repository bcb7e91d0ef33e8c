/* The program: which types of entities there are. A new one is added here. */
#include "game.h"

static const gw_entity_type *const types[] = {&Player_type, &Bell_type, NULL};
static const gw_game game = {.types = types};

int main(int argc, char **argv)
{
    return gw_main(&game, argc, argv);
}
