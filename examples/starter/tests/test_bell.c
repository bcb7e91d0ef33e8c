/* Two players and the bell, in a simulated cluster of any size, over many seeds. */
#include "../game.h"

#include <goworld/sim.h>

static const gw_entity_type *const types[] = {&Player_type, &Bell_type, NULL};
static const gw_game game = {.types = types};

/* What must hold: whoever is there hears each ring once, with the name and the right number. */
static void ring(gw_sim *sim)
{
    gw_sim_client *ann = gw_sim_connect(sim, 1), *bob = gw_sim_connect(sim, 1);
    gw_sim_expect(ann, "OnWelcome(0)");
    gw_sim_expect(bob, "OnWelcome(0)");
    gw_sim_call(ann, "SetName", "s", "ann");
    gw_sim_expect(ann, "name=ann");
    gw_sim_call(ann, "Ring", "");
    gw_sim_expect(ann, "rings=1");
    gw_sim_expect(bob, "OnRing(ann,1)");
    gw_sim_call(bob, "Ring", "");
    gw_sim_expect(ann, "OnRing(Somebody,2)");
    GW_SIM_EXPECT(sim, gw_sim_times_seen(bob, "OnRing(ann,1)") == 1);
}

/* And nobody notices that new programs take over from all games. */
static void reload(gw_sim *sim)
{
    gw_sim_client *ann = gw_sim_connect(sim, 1);
    gw_sim_expect(ann, "OnWelcome(0)");
    gw_sim_call(ann, "SetName", "s", "ann");
    gw_sim_expect(ann, "name=ann");
    for (unsigned i = 0; i < 3; i++)
        GW_SIM_EXPECT(sim,
                      !gw_sim_reload(sim, (const char *[]){"game1", "game2", "game3"}[i], NULL));
    gw_sim_call(ann, "Ring", "");
    gw_sim_expect(ann, "OnRing(ann,1)");
    GW_SIM_EXPECT(sim, strcmp(gw_sim_attr(ann, "name"), "ann") == 0);
}

static void refuse_a_name(gw_sim *sim)
{
    gw_sim_client *ann = gw_sim_connect(sim, 1);
    gw_sim_expect(ann, "create Player");
    gw_sim_call(ann, "SetName", "s", "");
    gw_sim_expect(ann, "OnError(A name has 1 to 32 bytes.)");
}

int main(void)
{
    const gw_sim_desc cluster = {
        .dispatchers = 2, .games = 3, .game = &game, .boot_entity = "Player"};
    const gw_sim_property properties[] = {
        {.name = "ringing", .cluster = cluster, .any_size = true, .run = ring},
        {.name = "reloading", .cluster = cluster, .run = reload},
        {.name = "names", .cluster = cluster, .run = refuse_a_name},
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
        failed += gw_sim_check(&properties[i]);
    return failed;
}
