/* attrs: see attrs.h. */
#include "client/attrs.h"

#include <stdlib.h>

struct place {
    gwc_value *container;
    size_t count; /* steps that lead there */
};

static const char *step_into_map(struct place *place, const gwc_value *key, gwc_step *step)
{
    struct value_pair *pair = map_find(place->container, key->text, key->count);
    if (!pair)
        return "there is no attribute to change";
    *step = (gwc_step){.key = pair->key};
    place->container = &pair->value;
    return NULL;
}

static const char *step_into_list(struct place *place, const gwc_value *index, gwc_step *step)
{
    if (index->integer < 0 || index->integer >= place->container->count)
        return "there is no item to change";
    *step = (gwc_step){.index = (uint32_t)index->integer};
    place->container = &place->container->items[index->integer];
    return NULL;
}

static const char *step_into(struct place *place, const gwc_value *key, gwc_step *step)
{
    if (place->container->kind == VALUE_MAP && key->kind == VALUE_STR)
        return step_into_map(place, key, step);
    if (place->container->kind == VALUE_LIST && key->kind == VALUE_INT)
        return step_into_list(place, key, step);
    return "the path of an attribute leads nowhere";
}

/* On the wire the innermost comes first. */
static const char *find_place(gwc_value *root, struct attrs_change *change, struct place *place)
{
    *place = (struct place){.container = root};
    if (change->path.kind != VALUE_NIL && change->path.kind != VALUE_LIST)
        return "the path of an attribute is no list";
    if (change->path.count > ATTRS_PATH_MAX)
        return "the path of an attribute is too long";
    for (uint32_t i = change->path.count; i > 0; i--) {
        const char *why =
            step_into(place, &change->path.items[i - 1], &change->steps[place->count]);
        if (why)
            return why;
        place->count++;
    }
    return NULL;
}

/* The last step: to what has changed inside the container. */
static void tell_step(struct attrs_change *change, struct place *place, gwc_step step)
{
    change->steps[place->count++] = step;
}

static void move_in(struct attrs_change *change, gwc_value *to)
{
    *to = change->value;
    change->value = (gwc_value){0};
    change->told.value = to;
}

static void set_key(struct attrs_change *change, struct place *place)
{
    uint32_t count = place->container->count;
    struct value_pair *pair = map_find_or_add(place->container, change->key.data, change->key.size);
    change->before = pair->value;
    if (place->container->count == count)
        change->told.before = &change->before;
    else
        change->slot_bytes = sizeof *pair + pair->key_size + 1;
    move_in(change, &pair->value);
    tell_step(change, place, (gwc_step){.key = pair->key});
}

/* A key that is not there is gone already. */
static void delete_key(struct attrs_change *change, struct place *place)
{
    struct value_pair *pair = map_find(place->container, change->key.data, change->key.size);
    if (pair) {
        struct value_pair gone;
        map_take(place->container, pair, &gone);
        change->before = gone.value;
        change->gone_key = gone.key;
        change->told.before = &change->before;
        change->slot_bytes = sizeof gone + gone.key_size + 1;
    } else {
        change->gone_key = value_text_copy(change->key.data, change->key.size);
    }
    tell_step(change, place, (gwc_step){.key = change->gone_key});
}

static void clear_map(struct attrs_change *change, struct place *place)
{
    change->before = *place->container;
    change->told.before = &change->before;
    *place->container = (gwc_value){.kind = VALUE_MAP};
}

static void replace_item(struct attrs_change *change, struct place *place)
{
    gwc_value *item = &place->container->items[change->index];
    change->before = *item;
    change->told.before = &change->before;
    move_in(change, item);
    tell_step(change, place, (gwc_step){.index = change->index});
}

static void append_item(struct attrs_change *change, struct place *place)
{
    move_in(change, list_append(place->container));
    change->slot_bytes = sizeof change->value;
    tell_step(change, place, (gwc_step){.index = place->container->count - 1});
}

static void pop_item(struct attrs_change *change, struct place *place)
{
    list_pop(place->container, &change->before);
    change->slot_bytes = sizeof change->before;
    change->told.before = &change->before;
    tell_step(change, place, (gwc_step){.index = place->container->count});
}

static const struct {
    enum value_kind container;
    void (*apply)(struct attrs_change *change, struct place *place);
} kinds[] = {
    [GWC_SET] = {VALUE_MAP, set_key},           [GWC_DELETED] = {VALUE_MAP, delete_key},
    [GWC_CLEARED] = {VALUE_MAP, clear_map},     [GWC_REPLACED] = {VALUE_LIST, replace_item},
    [GWC_APPENDED] = {VALUE_LIST, append_item}, [GWC_POPPED] = {VALUE_LIST, pop_item},
};

const char *attrs_apply(gwc_value *root, struct attrs_change *change)
{
    struct place place;
    const char *why = find_place(root, change, &place);
    if (why)
        return why;
    if (place.container->kind != kinds[change->kind].container)
        return "a change of an attribute does not fit its type";
    uint32_t count = place.container->count;
    if ((change->kind == GWC_REPLACED && change->index >= count) ||
        (change->kind == GWC_POPPED && count == 0))
        return "there is no item to change";
    if (change->kind == GWC_SET && count >= MAP_COUNT_MAX &&
        !map_find(place.container, change->key.data, change->key.size))
        return "a map has more than 65,536 keys";
    change->told.kind = change->kind;
    kinds[change->kind].apply(change, &place);
    change->told.path = change->steps;
    change->told.path_count = place.count;
    return NULL;
}

void attrs_change_free(struct attrs_change *change)
{
    value_clear(&change->path);
    value_clear(&change->value);
    value_clear(&change->before);
    free(change->gone_key);
}
