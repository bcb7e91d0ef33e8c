/* A call of a service that names an entity instead of a shard. */
/* misuse: incompatible type */
#include "guild.h"

extern const gw_entity_type Guild_type;
GW_SERVICE_RPC_DECLARE(GUILD_RPC)

void Guild_Rename(Guild *self, const char *name)
{
#ifdef MISUSE
    Guild_service_Pay(self->base.id, self->base.id, self->gold);
#else
    Guild_service_Pay(gw_shard_of(name), self->base.id, self->gold);
#endif
}
