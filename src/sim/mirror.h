/* mirror: what a client knows of its player's attributes, as the messages that came have made it.
 */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

/* An attribute, as it came or has become. */
struct known_attr {
    char *name, *text;
    struct buf value; /* msgpack */
};

/* Zero knows none. */
struct mirror {
    struct known_attr *attrs;
    size_t count;
};

void mirror_clear(struct mirror *mirror);

/* All attributes at once: false when `data` is no map. */
bool mirror_begin(struct mirror *mirror, struct view data);

/* One message about them; what it has not is empty. */
struct mirror_change {
    uint16_t message; /* MSG_NOTIFY_MAP_ATTR_CHANGE and its like */
    struct view path, key, value;
    uint32_t index;
};

/* Makes the change, and appends what it was: "level=3", "bag.gold=5", "bag.gold deleted", "bag
 * cleared", "friends+=ann", "friends.0=bob", "friends popped". False when there is nothing to be
 * changed like that. */
bool mirror_change(struct mirror *mirror, const struct mirror_change *change, struct buf *line);

/* NULL: it knows none of that name. */
const struct known_attr *mirror_attr(const struct mirror *mirror, struct view name);
