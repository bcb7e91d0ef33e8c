/* others: see others.h. */
#include "sim/others.h"

#include <stdlib.h>

static void free_other(struct other *other)
{
    mirror_clear(&other->attrs);
    free(other);
}

bool others_add(struct others *others, gw_id id, gw_vec3 position, struct view attrs)
{
    if (others_get(others, id))
        return false;
    struct other *other = mem_zalloc(sizeof *other);
    other->position = position;
    idmap_put(&others->by_id, id, other);
    return mirror_begin(&other->attrs, attrs);
}

bool others_remove(struct others *others, gw_id id)
{
    struct other *other = idmap_remove(&others->by_id, id);
    if (other)
        free_other(other);
    return other != NULL;
}

struct other *others_get(const struct others *others, gw_id id)
{
    return idmap_get(&others->by_id, id);
}

void others_clear(struct others *others)
{
    size_t position = 0;
    struct idmap_slot *slot;
    while ((slot = idmap_next(&others->by_id, &position)))
        free_other(slot->value);
    idmap_free(&others->by_id);
    *others = (struct others){0};
}
