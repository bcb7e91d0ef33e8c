/* The Unity demo's program: its entity types, services among them. */
#include "unity_demo.h"

static const gw_entity_type *const types[] = {
    &Account_type,      &Player_type,        &Monster_type, &MySpace_type,
    &SpaceService_type, &OnlineService_type, NULL,
};
static const gw_game unity_demo = {.types = types};

int main(int argc, char **argv)
{
    return gw_main(&unity_demo, argc, argv);
}
