/* The Unity demo's program: its entity types, and the services that start with it. */
#include "unity_demo.h"

gw_id service_of(const gw_entity_type *type)
{
    const gw_entity *service = gw_next(type, NULL);
    return service ? service->id : (gw_id){0};
}

static void start_services(void)
{
    GW_CREATE(OnlineService);
    GW_CREATE(SpaceService);
}

static const gw_entity_type *const types[] = {
    &Account_type,      &Player_type,        &Monster_type, &MySpace_type,
    &SpaceService_type, &OnlineService_type, NULL,
};
static const gw_game unity_demo = {.types = types, .on_ready = start_services};

int main(int argc, char **argv)
{
    return gw_main(&unity_demo, argc, argv);
}
