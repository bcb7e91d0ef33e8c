/* What clients call on the server, handle and see, for each type of entity. `goworld schema -c`
 * made this of the game's own table: make it anew when that has changed. For a type Avatar:
 *
 *     gwc_entity_is(entity, Avatar_TYPE)               whether an entity is one
 *     Avatar_call_SendChat(client, entity, "hello");   calls a method on the server
 *     Avatar_attr_name(entity)                         is an attribute's value
 *     Avatar_OnRecvChat                                is called by the server: you write it, and
 * put Avatar_OnRecvChat_METHOD                         as a row into the table of gwc_desc.methods
 *
 * Bytes are handed over by gwc_bytes, lists and maps as trees. */
#pragma once

#include <goworld_client.h>

#ifdef __cplusplus
extern "C" {
#endif

static inline gwc_vec3 gwc_stub_to_vec3(const gwc_value *value)
{
    gwc_vec3 place;
    place.x = (float)gwc_to_double(gwc_get(value, "X"));
    place.y = (float)gwc_to_double(gwc_get(value, "Y"));
    place.z = (float)gwc_to_double(gwc_get(value, "Z"));
    return place;
}

/* The caller frees it. */
static inline gwc_value *gwc_stub_vec3(gwc_vec3 place)
{
    gwc_value *tree = gwc_new_map();
    (void)gwc_put(tree, "X", gwc_f32(place.x));
    (void)gwc_put(tree, "Y", gwc_f32(place.y));
    (void)gwc_put(tree, "Z", gwc_f32(place.z));
    return tree;
}
