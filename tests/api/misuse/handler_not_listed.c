/* A handler that its list does not know: in a game, a function that no call reaches. */
/* warned: no previous prototype for .*'Guild_Rob' */
#include "guild.h"

#ifdef MISUSE
void Guild_Rob(Guild *self)
#else
void Guild_Close(Guild *self)
#endif
{
    GW_SET(self, gold, 0);
}
