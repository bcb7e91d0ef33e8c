/* An attribute that is a pointer to a text that somebody else owns. */
/* misuse: void */
#include "guild.h"

typedef struct Member {
    gw_entity base;
    char *nickname;
    gw_text name;
} Member;

const gw_attr Member_attrs[] = {
#ifdef MISUSE
    GW_ATTR(Member, nickname, GW_CLIENT),
#else
    GW_ATTR(Member, name, GW_CLIENT),
#endif
    GW_ATTR_END,
};
