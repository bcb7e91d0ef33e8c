/* show: writes what is in force as a goworld.ini, in which each value says where it comes from. */
#pragma once

#include "base/buf.h"
#include "conf/conf.h"

/* All sections; or, if `section` is not NULL, that one ("gate1"), or all processes of a kind
 * ("gate_common"). On failure *error is a sentence the caller frees. */
GW_NODISCARD gw_err conf_show(const struct conf *conf, const char *section, struct buf *out,
                              char **error);
