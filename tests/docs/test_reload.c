/* The game of docs/guide/reload.md: a Bell that counts, in its first version and in its second. */
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
static const gw_attr Bell_attrs[] = {GW_ATTR(Bell, strokes, GW_CLIENT), GW_ATTR_END};
const gw_entity_type Bell_type = {
    .name = "Bell",
    .size = sizeof(Bell),
    .attrs = Bell_attrs,
    .methods = Bell_methods,
    .on_freeze = bell_freezes,
    .on_restored = bell_restored,
};
static const gw_entity_type *const types[] = {&Bell_type, NULL};
static const gw_game first = {.types = types};

/* ---- the second ----------------------------------------------------------------------------- */

typedef struct Gong {
    gw_entity base;
    double loudness;
    int64_t strokes;
    int64_t last_ms;
} Gong;
extern const gw_entity_type Gong_type;

#define GONG_RPC(RPC) RPC(Gong, Toll, GW_SERVER)
GW_RPC_DECLARE(GONG_RPC)
#define GONG_CLIENT_RPC(RPC) RPC(Gong, OnToll, (str, sound))
GW_CLIENT_RPC_DECLARE(GONG_CLIENT_RPC)

void Gong_Toll(Gong *self)
{
    GW_SET(self, strokes, self->strokes + 1);
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
    GW_ATTR(Gong, strokes, GW_CLIENT),
    GW_ATTR_END,
};
const gw_entity_type Gong_type = {
    .name = "Bell", /* the same type, though this program calls it otherwise */
    .size = sizeof(Gong),
    .attrs = Gong_attrs,
    .methods = Gong_methods,
    .on_init = gong_init,
    .on_restored = gong_restored,
};
static const gw_entity_type *const next_types[] = {&Gong_type, NULL};
static const gw_game second = {.types = next_types};

/* ---- the test ------------------------------------------------------------------------------- */

static void reload(gw_sim *sim)
{
    gw_sim_client *ann = gw_sim_connect(sim, 1);
    gw_sim_expect(ann, "create Bell");
    gw_sim_call(ann, "Ring", "");
    gw_sim_expect(ann, "OnToll(ding)");
    gw_sim_call(ann, "Ring", "");
    gw_sim_run(sim, 500);
    GW_SIM_EXPECT(sim, gw_sim_reload(sim, "game1", &second) == GW_OK);
    gw_sim_expect(ann, "strokes=2"); /* the timer had half a second left */
    gw_sim_expect(ann, "OnToll(dong)");
    GW_SIM_EXPECT(sim, gw_sim_times_seen(ann, "create Bell") == 1);
}

int main(void)
{
    return gw_sim_check(&(gw_sim_property){
        .name = "reload",
        .cluster = {.dispatchers = 2, .games = 1, .game = &first, .boot_entity = "Bell"},
        .seeds = 4,
        .run = reload,
    });
}
