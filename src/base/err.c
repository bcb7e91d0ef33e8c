/* Says what an error means. */
#include <goworld/types.h>

const char *gw_strerror(gw_err err)
{
    switch (err) {
#define E(name, value, text)                                                                       \
    case name:                                                                                     \
        return text;
        GW_ERRORS(E)
#undef E
    }
    return "an unknown error";
}
