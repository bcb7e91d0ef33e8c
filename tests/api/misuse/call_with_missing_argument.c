/* A call with one argument too few. */
/* misuse: too few arguments to function */
#include "guild.h"

void Guild_Rename(Guild *self, const char *name)
{
    (void)name;
#ifdef MISUSE
    Guild_call_Pay(self->base.id, self->base.id);
#else
    Guild_call_Pay(self->base.id, self->base.id, self->gold);
#endif
}
