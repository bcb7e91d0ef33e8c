/* A struct whose base is not its first member. */
/* misuse: base has to be the first member */
#include "guild.h"

typedef struct Hall {
#ifdef MISUSE
    int64_t seats;
    gw_entity base;
#else
    gw_entity base;
    int64_t seats;
#endif
} Hall;

#define HALL_RPC(RPC) RPC(Hall, Open, GW_SERVER)
GW_RPC_DECLARE(HALL_RPC)

void Hall_Open(Hall *self)
{
    GW_SET(self, seats, 12);
}

GW_RPC_DEFINE(Hall, HALL_RPC)
const gw_entity_type Hall_type = {.name = "Hall", .size = sizeof(Hall), .methods = Hall_methods};
