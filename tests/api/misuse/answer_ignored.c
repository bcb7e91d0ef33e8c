/* The error of a call that waits for its answer has to be looked at. */
/* warned: ignoring return value */
#include "guild.h"

#define GUILD_ASK(ASK) ASK(Guild, Count, GW_SERVER, ((str, rank)), ((i64, count)))
GW_ASK_DECLARE(GUILD_ASK)

int64_t count_of(gw_id guild);
int64_t count_of(gw_id guild)
{
    int64_t count = 0;
#ifdef MISUSE
    Guild_await_Count(guild, 0, "member", &count);
#else
    if (Guild_await_Count(guild, 0, "member", &count))
        return 0;
#endif
    return count;
}
