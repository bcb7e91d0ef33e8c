/* The game of the tests that kill and reload processes: a client learns where its player lives,
 * hears echoes, has notes kept, and sends its player to the arena of any game, where it walks. */
#include <goworld/goworld.h>

/* Its next version has another layout. */
#ifdef NEXT_VERSION
typedef struct Account {
    gw_entity base;
    gw_text nickname;
    int32_t echoes;
} Account;

static const gw_attr Account_attrs[] = {GW_ATTR(Account, nickname, 0), GW_ATTR(Account, echoes, 0),
                                        GW_ATTR_END};
#else
typedef struct Account {
    gw_entity base;
    int64_t echoes;
    int64_t mood;
} Account;

static const gw_attr Account_attrs[] = {GW_ATTR(Account, echoes, 0), GW_ATTR(Account, mood, 0),
                                        GW_ATTR_END};
#endif

/* What storage has to keep. */
typedef struct Note {
    gw_entity base;
    gw_text text;
} Note;

typedef struct Arena {
    gw_entity base;
} Arena;

#define ARENA 1         /* the kind; that of nil spaces is another */
#define SIGHT 100000.0f /* from end to end */

static const gw_attr Note_attrs[] = {GW_ATTR(Note, text, GW_PERSISTENT), GW_ATTR_END};

static const gw_entity_type Note_type = {
    .name = "Note",
    .size = sizeof(Note),
    .attrs = Note_attrs,
    .persistent = true,
};

#define ACCOUNT_RPC(RPC)                                                                           \
    RPC(Account, Echo, GW_OWN_CLIENT, (i64, number))                                               \
    RPC(Account, Tell, GW_OWN_CLIENT, (id, whom), (i64, number))                                   \
    RPC(Account, Told, GW_SERVER, (id, from), (i64, number))                                       \
    RPC(Account, Keep, GW_OWN_CLIENT | GW_FIBER, (i64, number), (str, text))                       \
    RPC(Account, Enter, GW_OWN_CLIENT, (id, arena))
GW_RPC_DECLARE(ACCOUNT_RPC)

#define ACCOUNT_CLIENT_RPC(RPC)                                                                    \
    RPC(Account, OnWelcome, (u16, gameid), (id, arena))                                            \
    RPC(Account, OnEcho, (i64, number), (i64, count))                                              \
    RPC(Account, OnTold, (id, from), (i64, number))                                                \
    RPC(Account, OnKept, (i64, number), (str, trouble))                                            \
    RPC(Account, OnEntered, (u16, gameid))                                                         \
    RPC(Account, OnRefused, (str, why))
GW_CLIENT_RPC_DECLARE(ACCOUNT_CLIENT_RPC)

/* Clients count from 1: the number shows them what was lost, came twice or out of order, and the
 * count whether the attribute went along. */
void Account_Echo(Account *self, int64_t number)
{
    GW_SET(self, echoes, self->echoes + 1);
    Account_client_OnEcho(gw_own_client(&self->base), number, self->echoes);
}

void Account_Tell(Account *self, gw_id whom, int64_t number)
{
    Account_call_Told(whom, self->base.id, number);
}

void Account_Told(Account *self, gw_id from, int64_t number)
{
    Account_client_OnTold(gw_own_client(&self->base), from, number);
}

/* The note ends as soon as storage has it. */
void Account_Keep(Account *self, int64_t number, const char *text)
{
    Note *note = GW_CREATE(Note);
    GW_SET(note, text, text);
    gw_id id = note->base.id;
    gw_err err = gw_await_save(&note->base);
    if (err == GW_ECANCELED)
        return;
    Account_client_OnKept(gw_own_client(&self->base), number, err ? gw_strerror(err) : "");
    gw_entity *kept = gw_find(id);
    if (kept)
        gw_destroy(kept);
}

/* ---- the arena, one on each game ------------------------------------------------------------ */

static void open_arena(gw_entity *space)
{
    if (gw_space_kind(space) == ARENA)
        (void)gw_enable_aoi(space, SIGHT);
}

static const gw_entity_type Arena_type = {
    .name = "Arena", .size = sizeof(Arena), .on_created = open_arena};

static gw_id arena_here(void)
{
    GW_EACH(Arena, arena)
        if (gw_space_kind(&arena->base) == ARENA)
            return arena->base.id;
    return gw_create_space(ARENA)->id;
}

static void refuse(gw_entity *entity, gw_id arena, gw_err why)
{
    (void)arena;
    Account_client_OnRefused(gw_own_client(entity), gw_strerror(why));
}

void Account_Enter(Account *self, gw_id arena)
{
    gw_err err = gw_enter_space(&self->base, arena, (gw_vec3){0});
    if (err)
        refuse(&self->base, arena, err);
}

static void entered(gw_entity *entity)
{
    gw_set_client_syncing(entity, true);
    Account_client_OnEntered(gw_own_client(entity), gw_game_id());
}

/* ---- coming and going ----------------------------------------------------------------------- */

static void welcome(gw_entity *entity)
{
    Account_client_OnWelcome(gw_own_client(entity), gw_game_id(), arena_here());
}

GW_RPC_DEFINE(Account, ACCOUNT_RPC)
static const gw_entity_type Account_type = {
    .name = "Account",
    .size = sizeof(Account),
    .attrs = Account_attrs,
    .methods = Account_methods,
    .on_client_connected = welcome,
    .on_client_lost = gw_destroy,
    .on_enter_space = entered,
    .on_enter_space_failed = refuse,
};

static const gw_entity_type *const types[] = {&Account_type, &Note_type, NULL};
static const gw_game mesh = {.types = types, .space = &Arena_type};

int main(int argc, char **argv)
{
    return gw_main(&mesh, argc, argv);
}
