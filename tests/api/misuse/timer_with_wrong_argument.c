/* A timer without the arguments of its method. */
/* misuse: too few arguments to function */
#include "guild.h"

void Guild_Close(Guild *self)
{
#ifdef MISUSE
    Guild_every_Pay(self, GW_SECOND);
#else
    Guild_every_Pay(self, GW_SECOND, self->base.id, 1);
#endif
}
