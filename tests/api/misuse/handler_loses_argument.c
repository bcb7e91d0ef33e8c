/* A handler without one of the arguments. */
/* misuse: conflicting types for 'Guild_Pay' */
#include "guild.h"

#ifdef MISUSE
void Guild_Pay(Guild *self, gw_id member)
{
    (void)member;
    GW_SET(self, gold, self->gold - 1);
}
#else
void Guild_Pay(Guild *self, gw_id member, int64_t gold)
{
    (void)member;
    GW_SET(self, gold, self->gold - gold);
}
#endif
