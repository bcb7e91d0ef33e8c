/* The town of docs/guide/spaces.md: people walk in it, see who is near, and leave for the dungeon,
 * which may be on another game. */
#include <goworld/goworld.h>
#include <goworld/sim.h>

enum { TOWN = 1, DUNGEON = 2 }; /* kinds of spaces */

extern const gw_entity_type Player_type, Rat_type;

/* ---- spaces ---------------------------------------------------------------------------------- */

typedef struct Place {
    gw_entity base;
    int32_t visitors;
} Place;

static const gw_attr Place_attrs[] = {
    GW_ATTR(Place, visitors, GW_ALL_CLIENTS),
    GW_ATTR_END,
};

#define RATS 3

static void open_place(gw_entity *entity)
{
    int64_t kind = gw_space_kind(entity);
    if (!kind)
        return; /* the nil space */
    gw_enable_aoi(entity, kind == TOWN ? 100 : 30);
    for (int i = 0; i < RATS && kind == DUNGEON; i++)
        gw_create_in(&Rat_type, entity, (gw_vec3){10, 0, (float)(10 * i)});
}

static void came(gw_entity *entity, gw_entity *who)
{
    Place *self = (Place *)entity;
    if (who->type == &Player_type)
        GW_SET(self, visitors, self->visitors + 1);
}

static void left(gw_entity *entity, gw_entity *who)
{
    Place *self = (Place *)entity;
    if (who->type != &Player_type)
        return;
    GW_SET(self, visitors, self->visitors - 1);
    if (self->visitors == 0 && gw_space_kind(entity) == DUNGEON)
        gw_destroy(entity); /* and the rats with it */
}

const gw_entity_type Place_type = {
    .name = "Place",
    .size = sizeof(Place),
    .attrs = Place_attrs,
    .on_created = open_place,
    .on_entity_entered = came,
    .on_entity_left = left,
};

typedef struct Player {
    gw_entity base;
    gw_text name;
    int64_t steps; /* goes along to another game, and nowhere else */
} Player;

/* ---- rats ------------------------------------------------------------------------------------ */

typedef struct Rat {
    gw_entity base;
    int32_t hp;
} Rat;

static const gw_attr Rat_attrs[] = {
    GW_ATTR(Rat, hp, GW_ALL_CLIENTS),
    GW_ATTR_END,
};

#define RAT_RPC(RPC) RPC(Rat, Chase, GW_SERVER)
GW_RPC_DECLARE(RAT_RPC)

#define RAT_SPEED 2.0f /* a second */
#define CHASE_INTERVAL_MS 100

void Rat_Chase(Rat *self)
{
    GW_EACH_SEEN(Player, self, player)
    {
        gw_vec3 here = gw_position(&self->base), there = gw_position(&player->base);
        gw_vec3 way = gw_vec3_normalize(gw_vec3_sub(there, here));
        float step = RAT_SPEED * CHASE_INTERVAL_MS / 1000;
        gw_set_position(&self->base, gw_vec3_add(here, gw_vec3_scale(way, step)));
        gw_face_to(&self->base, there);
        return;
    }
}

static void wake(gw_entity *entity)
{
    Rat *self = GW_AS(Rat, entity);
    GW_SET(self, hp, 10);
    Rat_every_Chase(self, CHASE_INTERVAL_MS);
}

GW_RPC_DEFINE(Rat, RAT_RPC)
const gw_entity_type Rat_type = {
    .name = "Rat",
    .size = sizeof(Rat),
    .attrs = Rat_attrs,
    .methods = Rat_methods,
    .on_created = wake,
};

/* ---- players --------------------------------------------------------------------------------- */

static const gw_attr Player_attrs[] = {
    GW_ATTR(Player, name, GW_ALL_CLIENTS | GW_PERSISTENT),
    GW_ATTR(Player, steps, 0),
    GW_ATTR_END,
};

#define PLAYER_RPC(RPC)                                                                            \
    RPC(Player, Enter, GW_OWN_CLIENT, (id, space))                                                 \
    RPC(Player, Open, GW_OWN_CLIENT, (i64, kind))                                                  \
    RPC(Player, Step, GW_OWN_CLIENT)                                                               \
    RPC(Player, Say, GW_OWN_CLIENT, (str, text))
GW_RPC_DECLARE(PLAYER_RPC)

#define PLAYER_CLIENT_RPC(RPC)                                                                     \
    RPC(Player, OnOpened, (id, space))                                                             \
    RPC(Player, OnEntered, (i64, kind), (i64, steps))                                              \
    RPC(Player, OnRefused, (str, why))                                                             \
    RPC(Player, OnSaid, (str, text))
GW_CLIENT_RPC_DECLARE(PLAYER_CLIENT_RPC)

void Player_Open(Player *self, int64_t kind)
{
    gw_id space = gw_create_space_anywhere(kind);
    Player_client_OnOpened(gw_own_client(&self->base), space);
}

void Player_Enter(Player *self, gw_id space)
{
    if (gw_enter_space(&self->base, space, (gw_vec3){0, 0, 0}))
        Player_client_OnRefused(gw_own_client(&self->base), "you cannot go there");
}

static void entered(gw_entity *entity)
{
    Player *self = GW_AS(Player, entity);
    gw_set_client_syncing(entity, true);
    Player_client_OnEntered(gw_own_client(entity), gw_space_kind(gw_space(entity)), self->steps);
}

static void not_entered(gw_entity *entity, gw_id space, gw_err why)
{
    (void)space;
    Player_client_OnRefused(gw_own_client(entity), gw_strerror(why));
}

void Player_Step(Player *self)
{
    GW_SET(self, steps, self->steps + 1);
    gw_vec3 at = gw_position(&self->base);
    at.x += 1;
    gw_set_position(&self->base, at);
}

void Player_Say(Player *self, const char *text)
{
    Player_client_OnSaid(gw_viewers(&self->base), text);
}

GW_RPC_DEFINE(Player, PLAYER_RPC)
const gw_entity_type Player_type = {
    .name = "Player",
    .size = sizeof(Player),
    .attrs = Player_attrs,
    .methods = Player_methods,
    .on_client_lost = gw_destroy,
    .on_enter_space = entered,
    .on_enter_space_failed = not_entered,
};

/* ---- the program ----------------------------------------------------------------------------- */

static const gw_entity_type *const types[] = {&Player_type, &Rat_type, NULL};
static const gw_game game = {.types = types, .space = &Place_type};

/* ---- played ---------------------------------------------------------------------------------- */

static gw_sim_client *player(gw_sim *sim, unsigned gate)
{
    gw_sim_client *client = gw_sim_connect(sim, gate);
    gw_sim_expect(client, "create Player");
    return client;
}

/* The id in the last line that begins so. */
static gw_id told_id(gw_sim_client *client, const char *method)
{
    gw_id id = {0};
    size_t length = strlen(method);
    for (size_t i = 0; i < gw_sim_line_count(client); i++)
        if (strncmp(gw_sim_line(client, i), method, length) == 0)
            memcpy(id.text, gw_sim_line(client, i) + length + 1, sizeof id.text);
    return id;
}

struct opened {
    gw_sim_client *client;
    gw_id space;
};

static bool is_opened(void *argument)
{
    struct opened *opened = argument;
    opened->space = told_id(opened->client, "OnOpened");
    return !gw_id_is_none(opened->space);
}

static gw_id open_space(gw_sim *sim, gw_sim_client *client, int kind)
{
    struct opened opened = {.client = client};
    gw_sim_call(client, "Open", "i", kind);
    GW_SIM_EXPECT(sim, gw_sim_run_until(sim, is_opened, &opened, 10000));
    return opened.space;
}

static void visit(gw_sim *sim)
{
    gw_sim_client *ann = player(sim, 1), *bob = player(sim, 1);
    gw_id dungeon = open_space(sim, ann, DUNGEON);
    gw_sim_call(ann, "Step", "");
    gw_sim_call(ann, "Enter", "e", dungeon);
    gw_sim_expect(ann, "OnEntered(2,1)");
    gw_sim_call(bob, "Enter", "e", dungeon);
    gw_sim_expect(bob, "OnEntered(2,0)");
    gw_sim_call(bob, "Say", "s", "hello");
    gw_sim_expect(bob, "OnSaid(hello)");
    gw_sim_call(ann, "Enter", "e", gw_nil_space_id(1));
    gw_sim_call(ann, "Step", "");
    gw_sim_call(bob, "Enter", "e", gw_nil_space_id(1));
    gw_sim_settle(sim);
    gw_sim_call(bob, "Enter", "e", dungeon); /* it has gone with its last visitor */
    gw_sim_expect(bob, "OnRefused(there is no such thing)");
}

int main(void)
{
    return gw_sim_check(&(gw_sim_property){
        .name = "spaces",
        .cluster =
            {.dispatchers = 2, .games = 2, .gates = 1, .game = &game, .boot_entity = "Player"},
        .any_size = true,
        .seeds = 8,
        .run = visit,
    });
}
