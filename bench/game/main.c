/* The game that bench/run measures: one type of entities, which its clients call. */
#include "bench.h"

static const gw_entity_type *const types[] = {&Account_type, NULL};
static const gw_game bench = {.types = types, .space = &Field_type};

int main(int argc, char **argv)
{
    return gw_main(&bench, argc, argv);
}
