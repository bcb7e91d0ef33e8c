/* The games that bench/run lets call each other. */
#include "bench.h"

static const gw_entity_type *const types[] = {&Account_type, &Caller_type, &Target_type,
                                              &Idle_type,    &Saver_type,  NULL};
static const gw_game bench = {.types = types, .space = &Field_type};

int main(int argc, char **argv)
{
    return gw_main(&bench, argc, argv);
}
