/* The town of docs/guide/spaces.md: people walk in it, see who is near, and leave for the dungeon,
 * which may be on another game. */
#include <goworld/goworld.h>
#include <goworld/sim.h>

enum { TOWN = 1, DUNGEON = 2 }; /* kinds of spaces */

typedef struct Place {
    gw_entity base;
    int32_t visitors;
} Place;

typedef struct Player {
    gw_entity base;
    gw_text name;
    gw_id place;   /* which it has opened */
    int64_t steps; /* goes along to another game, as `place` does, and nowhere else */
} Player;

typedef struct Rat {
    gw_entity base;
    int32_t hp;
} Rat;

extern const gw_entity_type Place_type, Player_type, Rat_type;

/* ---- spaces ---------------------------------------------------------------------------------- */

static const gw_attr Place_attrs[] = {
    GW_ATTR(Place, visitors, GW_ALL_CLIENTS),
    GW_ATTR_END,
};

#define PLACE_RPC(RPC) RPC(Place, CloseIfEmpty, GW_SERVER)
GW_RPC_DECLARE(PLACE_RPC)

#define RATS 3
#define WAIT_FOR_FIRST_MS GW_MINUTE

static void open_place(gw_entity *entity)
{
    int64_t kind = gw_space_kind(entity);
    if (!kind)
        return; /* the nil space */
    gw_enable_aoi(entity, kind == TOWN ? 100 : 30);
    for (int i = 0; i < RATS && kind == DUNGEON; i++)
        gw_create_in(&Rat_type, entity, (gw_vec3){10, 0, (float)(10 * i)});
    Place_after_CloseIfEmpty(GW_AS(Place, entity), WAIT_FOR_FIRST_MS);
}

void Place_CloseIfEmpty(Place *self)
{
    if (gw_count_in(&self->base, &Player_type) == 0)
        gw_destroy(&self->base); /* and the rats with it */
}

static void came(gw_entity *entity, gw_entity *who)
{
    Place *self = GW_AS(Place, entity);
    if (who->type == &Player_type)
        GW_SET(self, visitors, self->visitors + 1);
}

static void left(gw_entity *entity, gw_entity *who)
{
    Place *self = GW_AS(Place, entity);
    if (who->type != &Player_type)
        return;
    GW_SET(self, visitors, self->visitors - 1);
    Place_CloseIfEmpty(self);
}

GW_RPC_DEFINE(Place, PLACE_RPC)
const gw_entity_type Place_type = {
    .name = "Place",
    .size = sizeof(Place),
    .attrs = Place_attrs,
    .methods = Place_methods,
    .on_created = open_place,
    .on_entity_entered = came,
    .on_entity_left = left,
};

/* ---- players --------------------------------------------------------------------------------- */

static const gw_attr Player_attrs[] = {
    GW_ATTR(Player, name, GW_ALL_CLIENTS | GW_PERSISTENT),
    GW_ATTR(Player, place, 0),
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
    gw_clients client = gw_own_client(&self->base);
    if (kind != TOWN && kind != DUNGEON) {
        Player_client_OnRefused(client, "there is no such place");
        return;
    }
    if (gw_id_is_none(self->place))
        GW_SET(self, place, gw_create_space_anywhere(kind));
    Player_client_OnOpened(client, self->place);
}

void Player_Enter(Player *self, gw_id space)
{
    if (gw_id_is_none(space) || gw_enter_space(&self->base, space, (gw_vec3){0, 0, 0}))
        Player_client_OnRefused(gw_own_client(&self->base), "you cannot go there");
}

static void not_entered(gw_entity *entity, gw_id space, gw_err why)
{
    Player *self = GW_AS(Player, entity);
    if (why != GW_ETIMEDOUT && gw_id_equal(space, self->place))
        GW_SET(self, place, (gw_id){0}); /* it has closed: the next may be opened */
    Player_client_OnRefused(gw_own_client(entity), gw_strerror(why));
}

static void entered(gw_entity *entity)
{
    Player *self = GW_AS(Player, entity);
    gw_set_client_syncing(entity, true);
    Player_client_OnEntered(gw_own_client(entity), gw_space_kind(gw_space(entity)), self->steps);
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
GW_CLIENT_RPC_DEFINE(Player, PLAYER_CLIENT_RPC)
const gw_entity_type Player_type = {
    .name = "Player",
    .size = sizeof(Player),
    .attrs = Player_attrs,
    .methods = Player_methods,
    .client_methods = Player_client_methods,
    .on_client_lost = gw_destroy,
    .on_enter_space = entered,
    .on_enter_space_failed = not_entered,
};

/* ---- rats ------------------------------------------------------------------------------------ */

static const gw_attr Rat_attrs[] = {
    GW_ATTR(Rat, hp, GW_ALL_CLIENTS),
    GW_ATTR_END,
};

#define RAT_RPC(RPC) RPC(Rat, Chase, GW_SERVER)
GW_RPC_DECLARE(RAT_RPC)

#define RAT_SPEED 2.0f /* a second */
#define CHASE_INTERVAL_MS 100

/* So far on the way, and no farther than its end. */
static gw_vec3 step_to(gw_vec3 from, gw_vec3 to, float step)
{
    gw_vec3 way = gw_vec3_sub(to, from);
    if (gw_vec3_length(way) <= step)
        return to;
    return gw_vec3_add(from, gw_vec3_scale(gw_vec3_normalize(way), step));
}

void Rat_Chase(Rat *self)
{
    GW_EACH_SEEN(Player, self, player)
    {
        gw_vec3 here = gw_position(&self->base), there = gw_position(&player->base);
        if (gw_vec3_length(gw_vec3_sub(there, here)) == 0)
            return; /* it has come */
        gw_face_to(&self->base, there);
        gw_set_position(&self->base, step_to(here, there, RAT_SPEED * CHASE_INTERVAL_MS / 1000));
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
    gw_id before, space;
};

static bool is_opened(void *argument)
{
    struct opened *opened = argument;
    opened->space = told_id(opened->client, "OnOpened");
    return !gw_id_equal(opened->space, opened->before);
}

static gw_id open_space(gw_sim *sim, gw_sim_client *client, int kind)
{
    struct opened opened = {.client = client, .before = told_id(client, "OnOpened")};
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

/* ---- rats arrive ----------------------------------------------------------------------------- */

/* Whether all rats that the client sees are there, and stand. */
static bool have_come(void *argument)
{
    const gw_sim_client *client = argument;
    const gw_sim_sight *sight;
    unsigned rats = 0;
    for (size_t i = 0; (sight = gw_sim_sight_at(client, i)); i++) {
        gw_vec3 at;
        if (strcmp(sight->line, "create Rat") != 0 || !gw_sim_sees(client, sight->entity, &at))
            continue;
        if (gw_vec3_length(at) > 0)
            return false;
        rats++;
    }
    return rats == RATS;
}

static bool have_left(void *client)
{
    return !have_come(client);
}

static void hunt(gw_sim *sim)
{
    gw_sim_client *ann = player(sim, 1);
    gw_sim_call(ann, "Enter", "e", open_space(sim, ann, DUNGEON));
    gw_sim_expect(ann, "OnEntered(2,0)");
    GW_SIM_EXPECT(sim, gw_sim_run_until(sim, have_come, ann, 60000));
    GW_SIM_EXPECT(sim, !gw_sim_run_until(sim, have_left, ann, 1000));
}

/* ---- what a client sees of it ---------------------------------------------------------------- */

/* The space comes first and goes last. */
static void look(gw_sim *sim)
{
    gw_sim_client *ann = player(sim, 1);
    gw_sim_call(ann, "Enter", "e", open_space(sim, ann, DUNGEON));
    gw_sim_expect(ann, "create __space__");
    for (unsigned i = 0; i < RATS; i++)
        gw_sim_expect(ann, "create Rat");
    gw_sim_expect(ann, "OnEntered(2,0)");
    gw_sim_expect(ann, "visitors=1");
    gw_sim_call(ann, "Enter", "e", gw_nil_space_id(1));
    for (unsigned i = 0; i < RATS; i++)
        gw_sim_expect(ann, "destroy Rat");
    gw_sim_expect(ann, "destroy __space__");
    gw_sim_settle(sim);
    GW_SIM_EXPECT(sim, gw_sim_times_seen(ann, "create __space__") == 1);
    GW_SIM_EXPECT(sim, gw_sim_times_seen(ann, "destroy Player") == 0);
}

/* ---- clients ask for anything ---------------------------------------------------------------- */

static void ask(gw_sim *sim)
{
    gw_sim_client *eve = player(sim, 1);
    gw_sim_call(eve, "Open", "i", 0);
    gw_sim_expect(eve, "OnRefused(there is no such place)");
    gw_sim_call(eve, "Open", "i", 3);
    gw_sim_expect(eve, "OnRefused(there is no such place)");
    gw_sim_call(eve, "Enter", "s", "");
    gw_sim_expect(eve, "OnRefused(you cannot go there)");
    GW_SIM_EXPECT(sim, !*gw_sim_log(sim));
}

static bool has_closed(void *argument)
{
    gw_sim_client *client = argument;
    return gw_sim_times_seen(client, "OnRefused(there is no such thing)") > 0;
}

/* Each has one place at a time, and it closes when nobody comes. */
static void open_many(gw_sim *sim)
{
    gw_sim_client *eve = player(sim, 1);
    gw_id first = open_space(sim, eve, TOWN);
    gw_sim_call(eve, "Open", "i", DUNGEON);
    gw_sim_expect(eve, "OnOpened(%.16s)", first.text);
    gw_sim_expect(eve, "OnOpened(%.16s)", first.text);
    gw_sim_run(sim, WAIT_FOR_FIRST_MS + GW_SECOND);
    gw_sim_call(eve, "Enter", "e", first);
    GW_SIM_EXPECT(sim, gw_sim_run_until(sim, has_closed, eve, 10000));
    open_space(sim, eve, TOWN); /* waits for another one */
}

#define PROPERTY(what)                                                                             \
    gw_sim_check(&(gw_sim_property){                                                               \
        .name = #what,                                                                             \
        .cluster =                                                                                 \
            {.dispatchers = 2, .games = 2, .gates = 1, .game = &game, .boot_entity = "Player"},    \
        .any_size = true,                                                                          \
        .seeds = 8,                                                                                \
        .run = what,                                                                               \
    })

int main(void)
{
    return PROPERTY(visit) + PROPERTY(hunt) + PROPERTY(look) + PROPERTY(ask) + PROPERTY(open_many);
}
