/* address: reads "host:port" as configurations write it. */
#pragma once

#include <goworld/types.h>

struct address {
    char host[256]; /* "" when there is none: ":14000", "14000" */
    char port[6];
};

/* Takes "127.0.0.1:14000", "name:14000", "[::1]:14000", ":14000" and "14000"; GW_EINVAL for
 * anything else. */
GW_NODISCARD
gw_err address_parse(const char *text, struct address *out);
