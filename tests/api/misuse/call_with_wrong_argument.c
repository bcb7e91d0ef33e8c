/* A call with a text for a number. */
/* misuse: 'Guild_call_Pay'|incompatible pointer to integer */
#include "guild.h"

void Guild_Rename(Guild *self, const char *name)
{
#ifdef MISUSE
    Guild_call_Pay(self->base.id, self->base.id, name);
#else
    Guild_call_Pay(self->base.id, self->base.id, (int64_t)strlen(name));
#endif
}
