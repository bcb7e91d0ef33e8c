/* An attribute that is a pointer to another entity. */
/* misuse: _Generic|generic association */
#include "guild.h"

typedef struct Member {
    gw_entity base;
    Guild *guild;
    gw_id guild_id;
} Member;

const gw_attr Member_attrs[] = {
#ifdef MISUSE
    GW_ATTR(Member, guild, GW_CLIENT),
#else
    GW_ATTR(Member, guild_id, GW_CLIENT),
#endif
    GW_ATTR_END,
};
