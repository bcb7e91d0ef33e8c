/* A call to a pointer instead of an id. */
/* misuse: incompatible type.*('Guild_call_Close'|'gw_id') */
#include "guild.h"

void Guild_Rename(Guild *self, const char *name)
{
    (void)name;
#ifdef MISUSE
    Guild_call_Close(self->base);
#else
    Guild_call_Close(self->base.id);
#endif
}
