/* A call of a service with a text for a number. */
/* misuse: 'Guild_service_Pay'|incompatible pointer to integer */
#include "guild.h"

extern const gw_entity_type Guild_type;
GW_SERVICE_RPC_DECLARE(GUILD_RPC)

void Guild_Rename(Guild *self, const char *name)
{
#ifdef MISUSE
    Guild_service_Pay(gw_any_shard(), self->base.id, name);
#else
    Guild_service_Pay(gw_any_shard(), self->base.id, (int64_t)strlen(name));
#endif
}
