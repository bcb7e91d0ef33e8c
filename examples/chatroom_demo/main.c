/* The chatroom's program: which entities there are. */
#include "chatroom.h"

static const gw_entity_type *const types[] = {&Account_type, &Avatar_type, NULL};
static const gw_game chatroom = {.types = types};

int main(int argc, char **argv)
{
    return gw_main(&chatroom, argc, argv);
}
