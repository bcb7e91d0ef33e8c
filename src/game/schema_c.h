/* schema_c: a game's schema as a C header of stubs for clients/c. */
#pragma once

#include "entity/type.h"

/* GW_EINVAL: two types would have stubs of the same name. */
gw_err schema_c(struct buf *out, const struct type *types, size_t count, char **error);
