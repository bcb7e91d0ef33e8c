/* A timer of a method that does not exist. */
/* misuse: Guild_after_Clsoe */
#include "guild.h"

void Guild_Rename(Guild *self, const char *name)
{
    (void)name;
#ifdef MISUSE
    Guild_after_Clsoe(self, GW_MINUTE);
#else
    Guild_after_Close(self, GW_MINUTE);
#endif
}
