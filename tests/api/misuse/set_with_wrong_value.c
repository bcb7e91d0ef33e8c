/* A number set to a text. */
/* misuse: gw_set_i64|incompatible pointer to integer */
#include "guild.h"

void Guild_Rename(Guild *self, const char *name)
{
#ifdef MISUSE
    GW_SET(self, gold, name);
#else
    GW_SET(self, name, name);
#endif
}
