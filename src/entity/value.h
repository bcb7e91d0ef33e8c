/* value: moves members of structs to and from msgpack, by their descriptions. */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

#include <goworld/value.h>

/* Whether the member is a map or a list. */
static inline bool value_is_tree(const gw_field *field)
{
    return field->type == GW_VALUE_map || field->type == GW_VALUE_list;
}

/* Writes the member at `member`. Integers of every width take the form of GoWorld's attributes
 * (d3). */
void value_write(struct buf *b, const gw_field *field, const void *member);

/* Writes a map of the fields with any of `flags` (0: of all); how many they are, and what stands in
 * the map. */
uint32_t fields_count(const gw_field *fields, unsigned flags);
void fields_write_pairs(struct buf *b, const gw_field *fields, const void *base, unsigned flags);
void fields_write(struct buf *b, const gw_field *fields, const void *base, unsigned flags);

/* What the bytes hold and the table does not, and the other way round, is passed over: programs
 * change. Each value that does not fit its field is passed over too, and reported by `misfit` (may
 * be NULL). GW_EPROTO: no map of strings. */
typedef void (*fields_misfit)(void *user, const char *key, size_t key_size, const char *why);
GW_NODISCARD gw_err fields_read(struct view data, const gw_field *fields, void *base,
                                unsigned flags, fields_misfit misfit, void *user);

/* Frees what the fields own; maps and lists of entities are freed as trees. */
void fields_clear(const gw_field *fields, void *base);
