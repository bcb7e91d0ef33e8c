/* Attributes that are trees: whatever a game does with them, its client's copy is the same; and
 * what is persistent comes back as it was. */
#include <stdio.h>
#include <stdlib.h>

#include <goworld/goworld.h>
#include <goworld/sim.h>

#define CHANGES 60u

typedef struct Gardener {
    gw_entity base;
    gw_map beds;
    gw_list paths;
    gw_map cellar; /* which no client sees */
} Gardener;
extern const gw_entity_type Gardener_type;

#define GARDENER_RPC(RPC)                                                                          \
    RPC(Gardener, Change, GW_OWN_CLIENT, (i64, seed))                                              \
    RPC(Gardener, Give, GW_OWN_CLIENT, (id, to))                                                   \
    RPC(Gardener, Rest, GW_OWN_CLIENT)
GW_RPC_DECLARE(GARDENER_RPC)

static const gw_attr Gardener_attrs[] = {
    GW_ATTR(Gardener, beds, GW_CLIENT | GW_PERSISTENT),
    GW_ATTR(Gardener, paths, GW_ALL_CLIENTS | GW_PERSISTENT),
    GW_ATTR(Gardener, cellar, GW_PERSISTENT),
    GW_ATTR_END,
};

/* ---- what it does ---------------------------------------------------------------------------- */

static uint64_t state;

static unsigned draw(unsigned count)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(state >> 33) % count;
}

static const char *draw_key(void)
{
    static const char *const keys[] = {"rose", "lily", "oak", "", "日本", "a longer name of a bed"};
    return keys[draw(sizeof keys / sizeof *keys)];
}

static gw_value draw_value(unsigned depth);

static gw_map draw_map(unsigned depth)
{
    gw_map map = gw_map_new();
    for (unsigned left = draw(4); left; left--)
        gw_map_put(map, draw_key(), draw_value(depth + 1));
    return map;
}

static gw_list draw_list(unsigned depth)
{
    gw_list list = gw_list_new();
    for (unsigned left = draw(4); left; left--)
        gw_list_push(list, draw_value(depth + 1));
    return list;
}

static gw_value draw_value(unsigned depth)
{
    switch (draw(depth < 4 ? 8 : 6)) {
    case 0:
        return GW_VALUE((int64_t)draw(1000) - 500);
    case 1:
        return GW_VALUE(draw(1000) / 8.0);
    case 2:
        return GW_VALUE(draw_key());
    case 3:
        return GW_VALUE((bool)draw(2));
    case 4:
        return GW_VALUE((gw_map){0});
    case 5:
        return GW_VALUE((gw_list){0});
    case 6:
        return GW_VALUE(draw_map(depth));
    default:
        return GW_VALUE(draw_list(depth));
    }
}

/* A map or list somewhere in the tree. */
static gw_value draw_place(gw_value at)
{
    for (;;) {
        bool is_map = at.type == GW_VALUE_map;
        size_t size = is_map ? gw_map_size(at.map) : gw_list_size(at.list);
        size_t index = draw((unsigned)size + 1);
        if (index == size)
            return at;
        gw_value next = is_map ? gw_map_value(at.map, index) : gw_list_get(at.list, index);
        if (next.type != GW_VALUE_map && next.type != GW_VALUE_list)
            return at;
        at = next;
    }
}

static void change_map(gw_map map, gw_value other)
{
    switch (draw(10)) {
    case 0:
        gw_map_clear(map);
        return;
    case 1:
    case 2:
        gw_map_remove(map, draw_key());
        return;
    case 3: { /* what is put in goes on to be the same map */
        gw_map inner = draw_map(1);
        gw_map_set(map, draw_key(), inner);
        gw_map_set(inner, draw_key(), 1);
        return;
    }
    case 4: /* a copy of what has its place elsewhere */
        gw_map_put(map, draw_key(), other);
        return;
    case 5:
        gw_list_append(gw_map_open_list(map, draw_key()), draw_key());
        return;
    case 6:
        gw_map_set(gw_map_open_map(map, draw_key()), draw_key(), 2);
        return;
    default:
        gw_map_put(map, draw_key(), draw_value(0));
        return;
    }
}

static void change_list(gw_list list, gw_value other)
{
    size_t size = gw_list_size(list);
    switch (draw(8)) {
    case 0:
        gw_list_clear(list);
        return;
    case 1:
        (void)gw_list_pop(list);
        return;
    case 2:
    case 3:
        if (size)
            gw_list_put(list, draw((unsigned)size), draw_value(0));
        return;
    case 4:
        gw_list_push(list, other);
        return;
    case 5: { /* what was in it may be put into it */
        if (!size)
            return;
        gw_value last = gw_list_get(list, size - 1);
        gw_list_pop(list);
        gw_list_push(list, last.type == GW_VALUE_str ? GW_VALUE("text") : last);
        return;
    }
    default:
        gw_list_push(list, draw_value(0));
        return;
    }
}

static gw_value root(const Gardener *self)
{
    unsigned which = draw(5);
    return which == 0   ? GW_VALUE(self->cellar)
           : which <= 2 ? GW_VALUE(self->paths)
                        : GW_VALUE(self->beds);
}

void Gardener_Change(Gardener *self, int64_t seed)
{
    state = (uint64_t)seed;
    if (draw(12) == 0) {
        GW_SET(self, beds, draw(2) ? draw_map(0) : self->cellar);
        return;
    }
    gw_value place = draw_place(root(self)), other = draw_place(root(self));
    if (place.type == GW_VALUE_map)
        change_map(place.map, other);
    else
        change_list(place.list, other);
}

void Gardener_Give(Gardener *self, gw_id to)
{
    gw_give_client(&self->base, to);
}

void Gardener_Rest(Gardener *self)
{
    gw_destroy(&self->base);
}

GW_RPC_DEFINE(Gardener, GARDENER_RPC)
const gw_entity_type Gardener_type = {.name = "Gardener",
                                      .size = sizeof(Gardener),
                                      .attrs = Gardener_attrs,
                                      .methods = Gardener_methods,
                                      .persistent = true};
static const gw_entity_type *const types[] = {&Gardener_type, NULL};
static const gw_game garden = {.types = types};

/* ---- what must hold -------------------------------------------------------------------------- */

static int64_t draw_seed(gw_sim *sim)
{
    return (int64_t)gw_sim_random(sim, INT64_MAX);
}

/* gw_sim_settle compares what the client has with what the server has. */
static void mirror(gw_sim *sim)
{
    gw_sim_client *client = gw_sim_connect(sim, 1);
    gw_sim_expect(client, "create Gardener");
    for (unsigned i = 0; i < CHANGES; i++) {
        int64_t seed = draw_seed(sim);
        if (gw_sim_step(sim, "change %lld", (long long)seed)) {
            gw_sim_call(client, "Change", "l", seed);
            gw_sim_settle(sim);
        }
    }
}

/* Many changes on their way while links break. */
static void mirror_through_cuts(gw_sim *sim)
{
    gw_sim_client *client = gw_sim_connect(sim, 1);
    gw_sim_expect(client, "create Gardener");
    gw_sim_chaos(sim, GW_SIM_CUT | GW_SIM_PART | GW_SIM_DELAY | GW_SIM_KILL_DISPATCHER, 6, 3000);
    for (unsigned i = 0; i < CHANGES; i++) {
        int64_t seed = draw_seed(sim);
        gw_sim_run(sim, 50);
        if (gw_sim_step(sim, "change %lld", (long long)seed))
            gw_sim_call(client, "Change", "l", seed);
    }
}

struct look {
    gw_id id;
    gw_text trees[3];
    bool lives;
};

static void look(void *argument)
{
    struct look *look = argument;
    const Gardener *gardener = GW_FIND(Gardener, look->id);
    look->lives = gardener != NULL;
    if (!gardener)
        return;
    gw_value_print(&look->trees[0], GW_VALUE(gardener->beds));
    gw_value_print(&look->trees[1], GW_VALUE(gardener->paths));
    gw_value_print(&look->trees[2], GW_VALUE(gardener->cellar));
}

static void load(void *argument)
{
    gw_load(&Gardener_type, ((struct look *)argument)->id);
}

static void come_back(gw_sim *sim)
{
    gw_sim_client *client = gw_sim_connect(sim, 1);
    gw_sim_expect(client, "create Gardener");
    struct look before = {.id = gw_sim_player(client)}, after = before;
    for (unsigned i = 0; i < CHANGES; i++)
        gw_sim_call(client, "Change", "l", draw_seed(sim));
    gw_sim_run(sim, 1000);
    gw_sim_in_game(sim, "game1", look, &before);
    GW_SIM_EXPECT(sim, before.lives);
    gw_sim_call(client, "Rest", "");
    gw_sim_settle(sim);
    gw_sim_in_game(sim, "game1", load, &after);
    gw_sim_settle(sim);
    gw_sim_in_game(sim, "game1", look, &after);
    GW_SIM_EXPECT(sim, after.lives);
    for (size_t i = 0; i < 3; i++) {
        GW_SIM_EXPECT(sim, !strcmp(gw_text_get(&before.trees[i]), gw_text_get(&after.trees[i])));
        gw_text_clear(&before.trees[i]);
        gw_text_clear(&after.trees[i]);
    }
    /* Another client gets what came back, whole. */
    gw_sim_client *heir = gw_sim_connect(sim, 1);
    gw_sim_expect(heir, "create Gardener");
    gw_sim_call(heir, "Give", "e", after.id);
    gw_sim_settle(sim);
    GW_SIM_EXPECT(sim, gw_id_equal(gw_sim_player(heir), after.id));
}

int main(void)
{
    static const gw_sim_property properties[] = {
        {.name = "mirror", .cluster = {.game = &garden, .boot_entity = "Gardener"}, .run = mirror},
        {.name = "mirror_through_cuts",
         .cluster = {.dispatchers = 2, .game = &garden, .boot_entity = "Gardener"},
         .run = mirror_through_cuts},
        {.name = "come_back",
         .cluster = {.game = &garden, .boot_entity = "Gardener"},
         .run = come_back},
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
        failed += gw_sim_check(&properties[i]);
    return failed;
}
