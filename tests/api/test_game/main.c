/* The test game's program: its entity types, services among them. */
#include "test_game.h"

static const gw_entity_type *const types[] = {
    &Account_type,
    &Avatar_type,
    &Monster_type,
    &AOITester_type,
    &MySpace_type,
    &OnlineService_type,
    &SpaceService_type,
    &MailService_type,
    &PublishSubscribeService_type,
    NULL,
};
static const gw_game test_game = {.types = types};

int main(int argc, char **argv)
{
    return gw_main(&test_game, argc, argv);
}
