/* SpaceService: finds every player a space with room, and opens one where there is none. What it
 * knows it has been told: spaces are on any game. */
#include "unity_demo.h"

#include <stdlib.h>

#define SPACES_MAX 256
#define GUESTS_MAX 4096
#define KEEP_AFTER_ENTER_MS GW_MINUTE
#define SILENT_MS (3 * SPACE_REPORT_INTERVAL_MS) /* then its game is dead */

struct open_space {
    gw_id id;
    int64_t kind;
    bool is_open;     /* it has told of itself */
    int64_t players;  /* that it had then */
    int64_t expected; /* guests who are to come */
    int64_t heard_ms, sent_ms;
};

/* A player who was sent to a space, or waits for it to open. */
struct guest {
    gw_id player, space;
    int64_t since_ms;
};

struct spaces {
    struct open_space list[SPACES_MAX];
    size_t count;
    struct guest guests[GUESTS_MAX];
    size_t guest_count;
};

/* ---- spaces --------------------------------------------------------------------------------- */

static struct open_space *find(struct spaces *spaces, gw_id id)
{
    for (size_t i = 0; i < spaces->count; i++)
        if (gw_id_equal(spaces->list[i].id, id))
            return &spaces->list[i];
    return NULL;
}

static struct open_space *add(struct spaces *spaces, gw_id id, int64_t kind)
{
    struct open_space *space = &spaces->list[spaces->count++];
    *space = (struct open_space){.id = id, .kind = kind, .heard_ms = gw_monotonic_ms()};
    return space;
}

static void forget(struct spaces *spaces, struct open_space *space)
{
    *space = spaces->list[--spaces->count];
}

static void forget_silent(struct spaces *spaces)
{
    int64_t now_ms = gw_monotonic_ms();
    for (size_t i = spaces->count; i-- > 0;)
        if (now_ms - spaces->list[i].heard_ms > SILENT_MS)
            forget(spaces, &spaces->list[i]);
}

/* The fullest that has room: people want to meet. */
static struct open_space *choose(struct spaces *spaces, int64_t kind)
{
    struct open_space *best = NULL;
    int64_t best_count = -1;
    for (size_t i = 0; i < spaces->count; i++) {
        struct open_space *space = &spaces->list[i];
        int64_t count = space->players + space->expected;
        if (space->kind != kind || count >= SPACE_PLAYERS_MAX || count <= best_count)
            continue;
        best = space;
        best_count = count;
    }
    return best;
}

/* Its id is known at once; it can be entered when it tells of itself. */
static struct open_space *open_one(struct spaces *spaces, int64_t kind)
{
    if (spaces->count == SPACES_MAX)
        return NULL;
    return add(spaces, gw_create_space_anywhere(kind), kind);
}

/* ---- guests --------------------------------------------------------------------------------- */

static void remove_guest(struct spaces *spaces, struct guest *guest)
{
    struct open_space *space = find(spaces, guest->space);
    if (space && space->expected > 0)
        space->expected--;
    *guest = spaces->guests[--spaces->guest_count];
}

static void remove_player(struct spaces *spaces, gw_id player)
{
    for (size_t i = spaces->guest_count; i-- > 0;)
        if (gw_id_equal(spaces->guests[i].player, player))
            remove_guest(spaces, &spaces->guests[i]);
}

/* They have logged out on the way. */
static void remove_lost(struct spaces *spaces)
{
    int64_t now_ms = gw_monotonic_ms();
    for (size_t i = spaces->guest_count; i-- > 0;)
        if (now_ms - spaces->guests[i].since_ms > KEEP_AFTER_ENTER_MS)
            remove_guest(spaces, &spaces->guests[i]);
}

static void send(struct open_space *space, const struct guest *guest)
{
    space->sent_ms = gw_monotonic_ms();
    Player_call_DoEnterSpace(guest->player, space->kind, space->id);
}

static void send_all(struct spaces *spaces, struct open_space *space)
{
    for (size_t i = 0; i < spaces->guest_count; i++)
        if (gw_id_equal(spaces->guests[i].space, space->id))
            send(space, &spaces->guests[i]);
}

static struct guest *expect(struct spaces *spaces, struct open_space *space, gw_id player)
{
    struct guest *guest = &spaces->guests[spaces->guest_count++];
    *guest = (struct guest){player, space->id, gw_monotonic_ms()};
    space->expected++;
    return guest;
}

static void invite(struct spaces *spaces, struct open_space *space, gw_id player)
{
    const struct guest *guest = expect(spaces, space, player);
    if (space->is_open)
        send(space, guest);
}

/* ---- what it is told ------------------------------------------------------------------------ */

/* A player for whom there is no room asks again. */
void SpaceService_EnterSpace(SpaceService *self, gw_id player, int64_t kind)
{
    struct spaces *spaces = self->spaces;
    forget_silent(spaces);
    remove_lost(spaces);
    remove_player(spaces, player);
    struct open_space *space = choose(spaces, kind);
    if (!space)
        space = open_one(spaces, kind);
    if (space && spaces->guest_count < GUESTS_MAX)
        invite(spaces, space, player);
}

void SpaceService_NotifySpace(SpaceService *self, int64_t kind, gw_id id, int64_t players)
{
    struct spaces *spaces = self->spaces;
    struct open_space *space = find(spaces, id);
    if (!space && spaces->count < SPACES_MAX)
        space = add(spaces, id, kind);
    if (!space)
        return;
    bool is_new = !space->is_open;
    space->is_open = true;
    space->players = players;
    space->heard_ms = gw_monotonic_ms();
    if (is_new)
        send_all(spaces, space);
}

void SpaceService_NotifyArrival(SpaceService *self, gw_id player)
{
    remove_player(self->spaces, player);
}

/* Somebody who was sent there a moment ago may still be on the way. */
gw_err SpaceService_RequestDestroy(SpaceService *self, gw_id id, bool *granted)
{
    struct open_space *space = find(self->spaces, id);
    *granted = !space || gw_monotonic_ms() - space->sent_ms >= KEEP_AFTER_ENTER_MS;
    if (space && *granted)
        forget(self->spaces, space);
    return GW_OK;
}

/* ---- a new program ----------------------------------------------------------------------------
 *
 * Else who enters just after a reload would be alone in a new space, since the others have not told
 * of themselves yet. Times count anew: those of the old process may be of another machine. */

static gw_err carry_over(gw_entity *entity, gw_map carried)
{
    const struct spaces *spaces = GW_AS(SpaceService, entity)->spaces;
    gw_list places = gw_map_open_list(carried, "spaces");
    gw_list guests = gw_map_open_list(carried, "guests");
    gw_err err = GW_OK;
    for (size_t i = 0; i < spaces->count && !err; i++) {
        const struct open_space *space = &spaces->list[i];
        err =
            gw_list_append(places, GW_LIST(space->id, space->kind, space->is_open, space->players));
    }
    for (size_t i = 0; i < spaces->guest_count && !err; i++)
        err = gw_list_append(guests, GW_LIST(spaces->guests[i].player, spaces->guests[i].space));
    return err;
}

static void take_over_space(struct spaces *spaces, gw_list known)
{
    if (spaces->count == SPACES_MAX)
        return;
    struct open_space *space = add(spaces, gw_list_id(known, 0), gw_list_i64(known, 1));
    space->is_open = gw_list_bool(known, 2);
    space->players = gw_list_i64(known, 3);
}

/* If the space is open the guest is on the way. */
static void take_over_guest(struct spaces *spaces, gw_list known)
{
    struct open_space *space = find(spaces, gw_list_id(known, 1));
    if (!space || spaces->guest_count == GUESTS_MAX)
        return;
    expect(spaces, space, gw_list_id(known, 0));
    if (space->is_open)
        space->sent_ms = gw_monotonic_ms();
}

static gw_err take_over(gw_entity *entity, gw_map carried)
{
    struct spaces *spaces = GW_AS(SpaceService, entity)->spaces;
    gw_list places = gw_map_list(carried, "spaces"), guests = gw_map_list(carried, "guests");
    for (size_t i = 0; i < gw_list_size(places); i++)
        take_over_space(spaces, gw_list_list(places, i));
    for (size_t i = 0; i < gw_list_size(guests); i++)
        take_over_guest(spaces, gw_list_list(guests, i));
    return GW_OK;
}

/* ---- life ------------------------------------------------------------------------------------ */

static void make_room(gw_entity *entity)
{
    GW_AS(SpaceService, entity)->spaces = calloc(1, sizeof(struct spaces));
}

static void free_room(gw_entity *entity)
{
    free(GW_AS(SpaceService, entity)->spaces);
}

GW_RPC_DEFINE(SpaceService, SPACESERVICE_RPC, SPACESERVICE_ASK)
const gw_entity_type SpaceService_type = {
    .name = "SpaceService",
    .size = sizeof(SpaceService),
    .methods = SpaceService_methods,
    .service_shards = 1,
    .on_init = make_room,
    .on_destroy = free_room,
    .on_freeze = carry_over,
    .on_restored = take_over,
};
