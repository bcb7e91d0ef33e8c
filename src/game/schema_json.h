/* schema_json: a game's schema as JSON; docs/guide/command.md has the format. */
#pragma once

#include "entity/type.h"

gw_err schema_json(struct buf *out, const struct type *types, size_t count, char **error);
