/* A map cannot hold what no tree holds. */
/* misuse: incompatible|makes integer from pointer|expects? .*int64_t */
#include "guild.h"

void keep(gw_map map, Guild *guild);
void keep(gw_map map, Guild *guild)
{
#ifdef MISUSE
    gw_map_set(map, "guild", guild);
#else
    gw_map_set(map, "guild", guild->base.id);
#endif
}
