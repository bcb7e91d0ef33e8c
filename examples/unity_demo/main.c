/* The Unity demo's program: which entities there are, services among them. */
#include "unity_demo.h"

static const gw_entity_type *const types[] = {
    &Account_type, &Player_type, &Monster_type, &SpaceService_type, &OnlineService_type, NULL,
};
static const gw_game unity_demo = {.types = types, .space = &MySpace_type};

int main(int argc, char **argv)
{
    return gw_main(&unity_demo, argc, argv);
}
