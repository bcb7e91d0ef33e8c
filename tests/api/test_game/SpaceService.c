/* SpaceService: keeps one space of each kind that somebody is in. */
#include "test_game.h"

#define KEEP_AFTER_ENTER_MS (5 * GW_SECOND)

static struct kind_of_space *find(SpaceService *self, int64_t kind)
{
    for (size_t i = 0; i < self->kind_count; i++)
        if (self->kinds[i].kind == kind)
            return &self->kinds[i];
    return NULL;
}

static struct kind_of_space *open_space(SpaceService *self, int64_t kind)
{
    if (self->kind_count == SPACES_MAX)
        return NULL;
    struct kind_of_space *space = &self->kinds[self->kind_count++];
    *space = (struct kind_of_space){.kind = kind, .id = MySpace_open(kind)};
    return space;
}

void SpaceService_EnterSpace(SpaceService *self, gw_id avatar, int64_t kind)
{
    struct kind_of_space *space = find(self, kind);
    if (!space)
        space = open_space(self, kind);
    if (!space)
        return;
    space->last_enter_ms = gw_now_ms();
    Avatar_call_DoEnterSpace(avatar, kind, space->id);
}

void SpaceService_RequestDestroy(SpaceService *self, int64_t kind, gw_id id)
{
    struct kind_of_space *space = find(self, kind);
    bool known = space && gw_id_equal(space->id, id);
    if (known && gw_now_ms() - space->last_enter_ms < KEEP_AFTER_ENTER_MS)
        return;
    if (known)
        *space = self->kinds[--self->kind_count];
    MySpace_call_ConfirmRequestDestroy(id, true);
}

GW_RPC_DEFINE(SpaceService, SPACESERVICE_RPC)
const gw_entity_type SpaceService_type = {
    .name = "SpaceService",
    .size = sizeof(SpaceService),
    .methods = SpaceService_methods,
    .service_shards = 1,
};
