/* Compares attributes with how they were when last set. */
#include "entity/check.h"

#include "entity/value.h"

#include <stdlib.h>

/* The values of all attributes, each behind its length. Trees are empty here: what is in them
 * changes by functions only, and whether they are still those of the entity is seen without this.
 */
static void write_values(struct buf *out, const struct entity *e)
{
    for (const gw_attr *attr = e->type->attrs; attr && attr->name; attr++) {
        size_t begin = write_var_begin(out);
        if (!value_is_tree(attr))
            value_write(out, attr, (const char *)&e->base + attr->offset);
        write_var_end(out, begin);
    }
}

void check_remember(struct world *w, struct entity *e)
{
    if (!w->desc.check_attrs || entity_is_dead(e))
        return;
    if (!e->remembered)
        e->remembered = mem_zalloc(sizeof *e->remembered);
    buf_clear(e->remembered);
    write_values(e->remembered, e);
}

void check_compare(struct world *w, struct entity *e)
{
    if (!e->remembered || entity_is_dead(e))
        return;
    struct buf values = {0};
    write_values(&values, e);
    struct reader was = reader_of(e->remembered->data, e->remembered->size);
    struct reader is = reader_of(values.data, values.size);
    for (const gw_attr *attr = e->type->attrs; attr && attr->name; attr++) {
        struct view before = read_var(&was), now = read_var(&is);
        if (before.size != now.size || memcmp(before.data, now.data, now.size) != 0)
            world_misuse(w, &e->base, "an attribute was changed without GW_SET", attr->name);
    }
    buf_free(e->remembered);
    *e->remembered = values;
}

void check_forget(struct entity *e)
{
    if (!e->remembered)
        return;
    buf_free(e->remembered);
    free(e->remembered);
    e->remembered = NULL;
}
