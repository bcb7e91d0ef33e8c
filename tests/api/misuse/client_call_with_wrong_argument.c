/* A client call that turns its arguments round. */
/* misuse: incompatible|makes pointer from integer */
#include "guild.h"

void Guild_Rename(Guild *self, const char *name)
{
#ifdef MISUSE
    Guild_client_ShowNotice(gw_own_client(&self->base), true, name);
#else
    Guild_client_ShowNotice(gw_own_client(&self->base), name, true);
#endif
}
