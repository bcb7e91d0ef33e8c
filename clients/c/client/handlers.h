/* handlers: tells the program what happens to the entities that it sees. */
#pragma once

#include "client/client.h"

extern const struct world_events handlers_of_world; /* whose user is the client */

/* After gwc_close the program is told only of what ends. */
static inline bool handlers_may_be_called(const gwc_client *client)
{
    return !client->is_leaving;
}
