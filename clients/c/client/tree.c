/* tree: lists and maps that a program builds to hand them over as arguments. */
#include "base/buf.h"
#include "client/codec.h"
#include "wire/msgpack.h"

#include <stdlib.h>

static gwc_value *new_value(enum value_kind kind)
{
    gwc_value *value = mem_zalloc(sizeof *value);
    value->kind = (uint8_t)kind;
    return value;
}

gwc_value *gwc_new_list(void)
{
    return new_value(VALUE_LIST);
}

gwc_value *gwc_new_map(void)
{
    return new_value(VALUE_MAP);
}

static unsigned depth_of(const gwc_value *value)
{
    unsigned deepest = 0;
    size_t count = gwc_count(value);
    for (size_t i = 0; i < count; i++) {
        unsigned depth = depth_of(gwc_at(value, i));
        if (depth > deepest)
            deepest = depth;
    }
    return value->kind == VALUE_LIST || value->kind == VALUE_MAP ? deepest + 1 : 0;
}

/* Copied before it is put in, which may be into itself. */
static gwc_err copy_of(const gwc_arg *arg, gwc_value *out)
{
    gwc_value borrowed;
    if (!codec_borrow(arg, &borrowed) || depth_of(&borrowed) >= MSGPACK_DEPTH_MAX)
        return GWC_EINVAL;
    value_copy(out, &borrowed);
    return GWC_OK;
}

gwc_err gwc_append(gwc_value *list, gwc_arg value)
{
    gwc_value copy;
    if (gwc_type_of(list) != GWC_LIST || copy_of(&value, &copy))
        return GWC_EINVAL;
    *list_append(list) = copy;
    return GWC_OK;
}

gwc_err gwc_put(gwc_value *map, const char *key, gwc_arg value)
{
    gwc_value copy;
    if (gwc_type_of(map) != GWC_MAP || !key || copy_of(&value, &copy))
        return GWC_EINVAL;
    struct value_pair *pair = map_find_or_add(map, key, strlen(key));
    value_clear(&pair->value);
    pair->value = copy;
    return GWC_OK;
}

void gwc_free(gwc_value *tree)
{
    if (tree)
        value_clear(tree);
    free(tree);
}
