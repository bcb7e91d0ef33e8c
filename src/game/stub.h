/* stub: what the printers of stubs for clients have in common. */
#pragma once

#include "entity/type.h"

/* What clients see and call. */
bool stub_is_seen(const gw_attr *attr);
bool stub_is_callable(const gw_method *method);
/* Whether they have anything to do with the type. */
bool stub_is_for_clients(const struct type *type);

/* What the stubs begin with: a file of src/game/stubs. */
void stub_print_head(struct buf *out, const char *file);

/* Whether the text is in the list, which ends with NULL. */
bool stub_is_among(const char *const *names, const char *text, size_t size);
/* Whether the text is a name in every language. */
bool stub_is_name(const char *text);
/* Prints a text that may be anything as a name: what may not stand in one is a _. */
void stub_print_name(struct buf *out, const char *text);

/* GW_EINVAL: two types would have the same name; *error is a sentence the caller frees. */
GW_NODISCARD gw_err stub_check_names(const struct type *types, size_t count, char **error);
