/* A call of a method that the list does not know, although somebody wrote it. */
/* misuse: Guild_call_Rob */
#include "guild.h"

#ifdef MISUSE
void Guild_Rob(Guild *self);
void Guild_Rob(Guild *self)
{
    GW_SET(self, gold, 0);
}
#endif

void Guild_Rename(Guild *self, const char *name)
{
    (void)name;
#ifdef MISUSE
    Guild_call_Rob(self->base.id);
#else
    Guild_call_Close(self->base.id);
#endif
}
