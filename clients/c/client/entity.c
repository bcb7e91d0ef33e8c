/* entity: see entity.h. What the public header tells of one. */
#include "client/entity.h"

const char *gwc_entity_id(const gwc_entity *entity)
{
    return entity ? entity->id_text : "";
}

const char *gwc_entity_type(const gwc_entity *entity)
{
    return entity ? entity->type : "";
}

bool gwc_entity_is(const gwc_entity *entity, const char *type)
{
    return entity && strcmp(entity->type, type) == 0;
}

bool gwc_entity_is_player(const gwc_entity *entity)
{
    return entity && entity->is_player;
}

gwc_vec3 gwc_entity_position(const gwc_entity *entity)
{
    return entity ? entity->position : (gwc_vec3){0};
}

float gwc_entity_yaw(const gwc_entity *entity)
{
    return entity ? entity->yaw : 0;
}

const gwc_value *gwc_entity_attrs(const gwc_entity *entity)
{
    return entity ? &entity->attrs : NULL;
}

const gwc_value *gwc_attr(const gwc_entity *entity, const char *name)
{
    return gwc_get(gwc_entity_attrs(entity), name);
}

void *gwc_entity_user(const gwc_entity *entity)
{
    return entity ? entity->user : NULL;
}

void gwc_entity_set_user(gwc_entity *entity, void *user)
{
    entity->user = user;
}

gwc_entity *gwc_entity_next(const gwc_entity *entity)
{
    return entity->next;
}
