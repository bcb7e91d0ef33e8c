/* filters: an ordered index over the members' properties, so that a filtered call finds its clients
 * without looking at all of them. */
#pragma once

#include "wire/reader.h"

#include <goworld/types.h>

/* As on the wire. Values compare as byte strings; a member without the property matches none of
 * them. */
enum filter_op {
    FILTER_EQ,
    FILTER_NE,
    FILTER_GT,
    FILTER_LT,
    FILTER_GE,
    FILTER_LE,
    FILTER_OP_COUNT
};

struct filter_prop;

/* Embedded in whatever has properties; zero has none. */
struct filter_member {
    struct filter_prop *props;
    uint32_t count;
    uint32_t bytes; /* of its keys and values */
};

/* For one member; zero takes the default behind it. */
struct filters_limits {
    uint32_t props; /* 64 */
    uint32_t bytes; /* of keys and values: 16 KiB */
};

struct filters;
struct filters *filters_create(uint64_t seed, struct filters_limits limits);
void filters_destroy(
    struct filters *filters); /* every member is cleared before; NULL does nothing */

/* Sets one property. GW_EINVAL for an empty key, which would mean everybody; GW_EFULL at a limit.
 */
GW_NODISCARD gw_err filters_set(struct filters *filters, struct filter_member *member,
                                struct view key, struct view value);
void filters_clear(struct filters *filters,
                   struct filter_member *member); /* all of its properties */

typedef void (*filters_visit)(void *user, struct filter_member *member);

/* Visits each member whose property matches, once. Nothing may be set or cleared meanwhile. */
void filters_each(const struct filters *filters, enum filter_op op, struct view key,
                  struct view value, filters_visit visit, void *user);
