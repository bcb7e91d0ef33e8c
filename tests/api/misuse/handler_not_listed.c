/* A handler that its list does not know. */
/* misuse: no previous prototype for .*'Guild_Rob' */
#include "guild.h"

#ifdef MISUSE
void Guild_Rob(Guild *self)
#else
void Guild_Close(Guild *self)
#endif
{
    GW_SET(self, gold, 0);
}
