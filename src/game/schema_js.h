/* schema_js: a game's schema as a JavaScript module of stubs for clients/js. */
#pragma once

#include "entity/type.h"

/* GW_EINVAL: two types would be classes of the same name. */
gw_err schema_js(struct buf *out, const struct type *types, size_t count, char **error);
