/* SpaceService: finds a space with room for a player, and opens one where there is none. */
#include "unity_demo.h"

#define KEEP_AFTER_ENTER_MS GW_MINUTE

/* Fills spaces up before others: the fullest that has room. */
static struct open_space *choose(SpaceService *self, int64_t kind)
{
    struct open_space *best = NULL;
    size_t best_count = 0;
    for (size_t i = 0; i < self->space_count; i++) {
        struct open_space *space = &self->spaces[i];
        size_t count = space->kind == kind ? MySpace_count_players(space->id) : SPACE_PLAYERS_MAX;
        if (count < SPACE_PLAYERS_MAX && (!best || count > best_count)) {
            best = space;
            best_count = count;
        }
    }
    return best;
}

static bool is_being_opened(const SpaceService *self, int64_t kind)
{
    for (size_t i = 0; i < self->waiting_count; i++)
        if (self->waiting[i].kind == kind)
            return true;
    return false;
}

void SpaceService_EnterSpace(SpaceService *self, gw_id player, int64_t kind)
{
    struct open_space *space = choose(self, kind);
    if (space) {
        space->last_enter_ms = gw_now_ms();
        Player_call_DoEnterSpace(player, kind, space->id);
        return;
    }
    if (self->space_count == SPACES_MAX || self->waiting_count == WAITING_MAX)
        return;
    if (!is_being_opened(self, kind))
        MySpace_open(kind);
    self->waiting[self->waiting_count++] = (struct waiting_player){.id = player, .kind = kind};
}

static void send_those_who_wait(SpaceService *self, int64_t kind, gw_id space)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->waiting_count; i++) {
        if (self->waiting[i].kind == kind)
            Player_call_DoEnterSpace(self->waiting[i].id, kind, space);
        else
            self->waiting[kept++] = self->waiting[i];
    }
    self->waiting_count = kept;
}

void SpaceService_NotifySpaceLoaded(SpaceService *self, int64_t kind, gw_id space)
{
    if (self->space_count == SPACES_MAX)
        return;
    self->spaces[self->space_count++] =
        (struct open_space){.id = space, .kind = kind, .last_enter_ms = gw_now_ms()};
    send_those_who_wait(self, kind, space);
}

static struct open_space *find(SpaceService *self, gw_id id)
{
    for (size_t i = 0; i < self->space_count; i++)
        if (gw_id_equal(self->spaces[i].id, id))
            return &self->spaces[i];
    return NULL;
}

/* A player who was sent there a moment ago may still be on the way. */
void SpaceService_RequestDestroy(SpaceService *self, int64_t kind, gw_id id)
{
    (void)kind;
    struct open_space *space = find(self, id);
    if (space && gw_now_ms() - space->last_enter_ms < KEEP_AFTER_ENTER_MS)
        return;
    if (space)
        *space = self->spaces[--self->space_count];
    MySpace_call_ConfirmRequestDestroy(id, true);
}

GW_RPC_DEFINE(SpaceService, SPACESERVICE_RPC)
const gw_entity_type SpaceService_type = {
    .name = "SpaceService",
    .size = sizeof(SpaceService),
    .methods = SpaceService_methods,
    .service_shards = 1,
};
