/* A question to a service that names an entity instead of a shard. */
/* misuse: incompatible type */
#include "guild.h"

extern const gw_entity_type Guild_type;
#define GUILD_ASK(ASK) ASK(Guild, Count, GW_SERVER, ((str, rank)), ((i64, count)))
GW_ASK_DECLARE(GUILD_ASK)
GW_SERVICE_ASK_DECLARE(GUILD_ASK)

int64_t count_of(gw_id guild);
int64_t count_of(gw_id guild)
{
    int64_t count = 0;
#ifdef MISUSE
    gw_err err = Guild_service_await_Count(guild, 0, "member", &count);
#else
    gw_err err = Guild_await_Count(guild, 0, "member", &count);
#endif
    return err ? 0 : count;
}
