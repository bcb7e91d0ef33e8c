/* A handler whose arguments are not those of its list. */
/* misuse: conflicting types for 'Guild_Rename' */
#include "guild.h"

#ifdef MISUSE
void Guild_Rename(Guild *self, int64_t name)
{
    GW_SET(self, gold, name);
}
#else
void Guild_Rename(Guild *self, const char *name)
{
    GW_SET(self, name, name);
}
#endif
