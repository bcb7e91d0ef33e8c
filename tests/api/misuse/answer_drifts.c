/* A handler that answers with something else than its list says. */
/* misuse: conflicting types for .Guild_Count */
#include "guild.h"

#define GUILD_ASK(ASK) ASK(Guild, Count, GW_SERVER, ((str, rank)), ((i64, count)))
GW_ASK_DECLARE(GUILD_ASK)

#ifdef MISUSE
gw_err Guild_Count(Guild *self, const char *rank, int32_t *count)
#else
gw_err Guild_Count(Guild *self, const char *rank, int64_t *count)
#endif
{
    (void)self, (void)rank;
    *count = 1;
    return GW_OK;
}
