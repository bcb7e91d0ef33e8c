/* The game of docs/guide/reload.md: a Bell that counts, in its first version and in its second,
 * which calls what it counts otherwise. */
#include <goworld/goworld.h>
#include <goworld/sim.h>

/* ---- the first version ---------------------------------------------------------------------- */

typedef struct Bell {
    gw_entity base;
    int32_t strokes;
    int64_t last_ms; /* no attribute */
} Bell;
extern const gw_entity_type Bell_type;

#define BELL_RPC(RPC)                                                                              \
    RPC(Bell, Ring, GW_OWN_CLIENT)                                                                 \
    RPC(Bell, Toll, GW_SERVER)
GW_RPC_DECLARE(BELL_RPC)
#define BELL_CLIENT_RPC(RPC) RPC(Bell, OnToll, (str, sound))
GW_CLIENT_RPC_DECLARE(BELL_CLIENT_RPC)

void Bell_Ring(Bell *self)
{
    self->last_ms = gw_now_ms();
    Bell_after_Toll(self, 1000);
}

void Bell_Toll(Bell *self)
{
    GW_SET(self, strokes, self->strokes + 1);
    Bell_client_OnToll(gw_own_client(&self->base), "ding");
}

static gw_err bell_freezes(gw_entity *entity, gw_map carried)
{
    const Bell *self = GW_AS(Bell, entity);
    return gw_map_set(carried, "last_ms", self->last_ms);
}

static gw_err bell_restored(gw_entity *entity, gw_map carried)
{
    Bell *self = GW_AS(Bell, entity);
    self->last_ms = gw_map_i64(carried, "last_ms");
    return GW_OK;
}

GW_RPC_DEFINE(Bell, BELL_RPC)
static const gw_attr Bell_attrs[] = {
    GW_ATTR(Bell, strokes, GW_CLIENT | GW_PERSISTENT),
    GW_ATTR_END,
};
const gw_entity_type Bell_type = {
    .name = "Bell",
    .size = sizeof(Bell),
    .attrs = Bell_attrs,
    .methods = Bell_methods,
    .persistent = true,
    .on_client_lost = gw_destroy,
    .on_freeze = bell_freezes,
    .on_restored = bell_restored,
};
static const gw_entity_type *const types[] = {&Bell_type, NULL};
static const gw_game first = {.types = types};

/* ---- the second ----------------------------------------------------------------------------- */

typedef struct Gong {
    gw_entity base;
    double loudness;
    int64_t tolls, strokes; /* the same: see set_tolls */
    int64_t last_ms;
} Gong;
extern const gw_entity_type Gong_type;

#define GONG_RPC(RPC)                                                                              \
    RPC(Gong, Ring, GW_OWN_CLIENT)                                                                 \
    RPC(Gong, Toll, GW_SERVER)
GW_RPC_DECLARE(GONG_RPC)
#define GONG_CLIENT_RPC(RPC) RPC(Gong, OnToll, (str, sound))
GW_CLIENT_RPC_DECLARE(GONG_CLIENT_RPC)

/* Called `strokes` in storage, and by games that run the first version still. */
static void set_tolls(Gong *self, int64_t tolls)
{
    GW_SET(self, tolls, tolls);
    GW_SET(self, strokes, tolls);
}

static void gong_ready(gw_entity *entity)
{
    Gong *self = GW_AS(Gong, entity);
    if (self->strokes)
        GW_SET(self, tolls, self->strokes);
}

void Gong_Ring(Gong *self)
{
    self->last_ms = gw_now_ms();
    Gong_after_Toll(self, 1000);
}

void Gong_Toll(Gong *self)
{
    set_tolls(self, self->tolls + 1);
    Gong_client_OnToll(gw_own_client(&self->base), self->last_ms ? "dong" : "nothing");
}

static void gong_init(gw_entity *entity)
{
    GW_AS(Gong, entity)->loudness = 0.5;
}

static gw_err gong_restored(gw_entity *entity, gw_map carried)
{
    Gong *self = GW_AS(Gong, entity);
    self->last_ms = gw_map_i64(carried, "last_ms");
    return GW_OK;
}

GW_RPC_DEFINE(Gong, GONG_RPC)
static const gw_attr Gong_attrs[] = {
    GW_ATTR(Gong, loudness, GW_CLIENT),
    GW_ATTR(Gong, tolls, GW_CLIENT | GW_PERSISTENT),
    GW_ATTR(Gong, strokes, GW_CLIENT | GW_PERSISTENT),
    GW_ATTR_END,
};
const gw_entity_type Gong_type = {
    .name = "Bell", /* the same type, though this program calls it otherwise */
    .size = sizeof(Gong),
    .attrs = Gong_attrs,
    .methods = Gong_methods,
    .persistent = true,
    .on_init = gong_init,
    .on_attrs_ready = gong_ready,
    .on_client_lost = gw_destroy,
    .on_restored = gong_restored,
};
static const gw_entity_type *const next_types[] = {&Gong_type, NULL};
static const gw_game second = {.types = next_types};

/* ---- a reload ------------------------------------------------------------------------------- */

static gw_sim_client *connect(gw_sim *sim)
{
    gw_sim_client *ann = gw_sim_connect(sim, 1);
    gw_sim_expect(ann, "create Bell");
    return ann;
}

static void reload(gw_sim *sim)
{
    gw_sim_client *ann = connect(sim);
    gw_sim_call(ann, "Ring", "");
    gw_sim_expect(ann, "OnToll(ding)");
    gw_sim_call(ann, "Ring", "");
    gw_sim_run(sim, 500);
    GW_SIM_EXPECT(sim, gw_sim_reload(sim, "game1", &second) == GW_OK);
    gw_sim_expect(ann, "tolls=1");
    gw_sim_expect(ann, "tolls=2"); /* the timer had half a second left */
    gw_sim_expect(ann, "OnToll(dong)");
    GW_SIM_EXPECT(sim, gw_sim_times_seen(ann, "create Bell") == 1);
}

/* ---- what was saved by the first version ---------------------------------------------------- */

struct loading {
    gw_sim *sim;
    gw_id id;
    int64_t tolls; /* -1: it is not there */
};

static void load(void *argument)
{
    gw_load(&Gong_type, ((struct loading *)argument)->id);
}

static void look(void *argument)
{
    struct loading *loading = argument;
    const Gong *gong = GW_FIND(Gong, loading->id);
    loading->tolls = gong ? gong->tolls : -1;
}

static bool is_there(void *argument)
{
    struct loading *loading = argument;
    gw_sim_in_game(loading->sim, "game1", look, loading);
    return loading->tolls >= 0;
}

static bool is_gone(void *argument)
{
    return !is_there(argument);
}

static void rename_saved(gw_sim *sim)
{
    gw_sim_client *ann = connect(sim);
    struct loading loading = {.sim = sim, .id = gw_sim_player(ann)};
    gw_sim_call(ann, "Ring", "");
    gw_sim_expect(ann, "strokes=1");
    gw_sim_disconnect(ann);
    gw_sim_settle(sim);
    GW_SIM_EXPECT(sim, gw_sim_reload(sim, "game1", &second) == GW_OK);
    GW_SIM_EXPECT(sim, is_gone(&loading));
    gw_sim_in_game(sim, "game1", load, &loading);
    GW_SIM_EXPECT(sim, gw_sim_run_until(sim, is_there, &loading, GW_MINUTE));
    GW_SIM_EXPECT(sim, loading.tolls == 1);
}

/* ---- who goes to and fro between both versions ---------------------------------------------- */

struct journey {
    gw_sim *sim;
    gw_id bell, space;
};

static void open_space(void *space)
{
    *(gw_id *)space = gw_create_space(1)->id;
}

static void leave_for(void *argument)
{
    struct journey *journey = argument;
    gw_entity *bell = gw_find(journey->bell);
    if (bell)
        GW_SIM_EXPECT(journey->sim, !gw_enter_space(bell, journey->space, (gw_vec3){0}));
}

static void go(gw_sim *sim, gw_sim_client *ann, gw_id space)
{
    struct journey journey = {sim, gw_sim_player(ann), space};
    gw_sim_in_game(sim, "game1", leave_for, &journey);
    gw_sim_in_game(sim, "game2", leave_for, &journey);
}

static void go_and_ring(gw_sim *sim, gw_sim_client *ann, gw_id space)
{
    go(sim, ann, space);
    gw_sim_expect(ann, "create __space__");
    gw_sim_call(ann, "Ring", "");
}

static void rename_on_the_way(gw_sim *sim)
{
    gw_sim_client *ann = connect(sim);
    gw_id with_first, with_second;
    gw_sim_in_game(sim, "game1", open_space, &with_first);
    gw_sim_in_game(sim, "game2", open_space, &with_second);
    gw_sim_settle(sim); /* the dispatchers know them */
    go_and_ring(sim, ann, with_first);
    gw_sim_expect(ann, "strokes=1");
    GW_SIM_EXPECT(sim, gw_sim_reload(sim, "game2", &second) == GW_OK);
    go_and_ring(sim, ann, with_second);
    gw_sim_expect(ann, "tolls=2");
    go_and_ring(sim, ann, with_first);
    gw_sim_expect(ann, "strokes=3");
    go(sim, ann, with_second);
    gw_sim_expect(ann, "tolls=3");
}

static int check(const char *name, unsigned games, void (*run)(gw_sim *sim))
{
    return gw_sim_check(&(gw_sim_property){
        .name = name,
        .cluster = {.dispatchers = 2, .games = games, .game = &first, .boot_entity = "Bell"},
        .seeds = 4,
        .run = run,
    });
}

int main(void)
{
    return check("reload", 1, reload) + check("renamed_saved", 1, rename_saved) +
           check("renamed_on_the_way", 2, rename_on_the_way);
}
