/* The error of a question to a service has to be looked at. */
/* warned: ignoring return value */
#include "guild.h"

extern const gw_entity_type Guild_type;
#define GUILD_ASK(ASK) ASK(Guild, Count, GW_SERVER, ((str, rank)), ((i64, count)))
GW_ASK_DECLARE(GUILD_ASK)
GW_SERVICE_ASK_DECLARE(GUILD_ASK)

int64_t count_of(const char *guild);
int64_t count_of(const char *guild)
{
    int64_t count = 0;
#ifdef MISUSE
    Guild_service_await_Count(gw_shard_of(guild), 0, "member", &count);
#else
    if (Guild_service_await_Count(gw_shard_of(guild), 0, "member", &count))
        return 0;
#endif
    return count;
}
