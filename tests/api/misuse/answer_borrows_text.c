/* An answer cannot give back a text that nobody owns. */
/* misuse: unknown type name .gw_out_str */
#include "guild.h"

#ifdef MISUSE
#define GUILD_ASK(ASK) ASK(Guild, Motto, GW_SERVER, (), ((str, motto)))
#else
#define GUILD_ASK(ASK) ASK(Guild, Motto, GW_SERVER, (), ((text, motto)))
#endif
GW_ASK_DECLARE(GUILD_ASK)
