/* An await whose result nobody looks at. */
/* misuse: unused-result */
#include "guild.h"

void Guild_Close(Guild *self)
{
#ifdef MISUSE
    gw_await_save(&self->base);
#else
    if (gw_await_save(&self->base))
        return;
#endif
    gw_destroy(&self->base);
}
