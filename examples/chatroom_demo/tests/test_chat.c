/* The chatroom under the simulator: what people see in a whole cluster, and while it breaks. */
#include "../chatroom.h"

#include <stdio.h>

#include <goworld/sim.h>

static const gw_entity_type *const types[] = {&Account_type, &Avatar_type, NULL};
static const gw_game chatroom = {.types = types};

static gw_sim_client *log_in(gw_sim *sim, unsigned gate, const char *name)
{
    gw_sim_client *person = gw_sim_connect(sim, gate);
    gw_sim_expect(person, "create Account");
    gw_sim_call(person, "Register", "ss", name, "secret");
    gw_sim_expect(person, "ShowInfo(注册成功，请点击登录)");
    gw_sim_call(person, "Login", "ss", name, "secret");
    gw_sim_expect(person, "create Avatar");
    return person;
}

/* ---- a channel hears what is said in it, in order, and nobody else does -----------------------
 */

static void talk(gw_sim *sim)
{
    gw_sim_client *ann = log_in(sim, 1, "ann"), *bob = log_in(sim, 1, "bob");
    gw_sim_client *eve = log_in(sim, 1, "eve");
    gw_sim_call(eve, "SendChat", "s", "/join elsewhere");
    gw_sim_expect(eve, "chatroom=elsewhere");
    for (unsigned i = 0; i < 10; i++) {
        char text[16];
        snprintf(text, sizeof text, "line %u", i);
        gw_sim_call(ann, "SendChat", "s", text);
    }
    for (unsigned i = 0; i < 10; i++)
        gw_sim_expect(bob, "OnRecvChat(ann,line %u)", i);
    GW_SIM_EXPECT(sim, gw_sim_times_seen(bob, "OnRecvChat(ann,line 3)") == 1);
    GW_SIM_EXPECT(sim, gw_sim_times_seen(eve, "OnRecvChat(ann,line 3)") == 0);
}

/* ---- who is in a channel stays there when new programs take over ------------------------------
 */

static void stay(gw_sim *sim)
{
    gw_sim_client *ann = log_in(sim, 1, "ann"), *bob = log_in(sim, 1, "bob");
    gw_sim_client *both[] = {ann, bob};
    for (unsigned i = 0; i < 2; i++) {
        gw_sim_call(both[i], "SendChat", "s", "/join elsewhere");
        gw_sim_expect(both[i], "chatroom=elsewhere");
    }
    for (unsigned i = 0; i < 3; i++)
        GW_SIM_EXPECT(sim,
                      !gw_sim_reload(sim, (const char *[]){"game1", "game2", "game3"}[i], NULL));
    gw_sim_call(ann, "SendChat", "s", "still here");
    gw_sim_expect(bob, "OnRecvChat(ann,still here)");
    for (unsigned i = 0; i < 2; i++) {
        GW_SIM_EXPECT(sim, gw_sim_times_seen(both[i], "create Avatar") == 1);
        GW_SIM_EXPECT(sim, strcmp(gw_sim_attr(both[i], "chatroom"), "elsewhere") == 0);
    }
}

/* ---- a name can be claimed once, and its owner gets in, whatever dies meanwhile -------------- */

/* Tries until the server has said yes or no: a client that lost its game connects again. */
static bool claim(gw_sim *sim, const char *name)
{
    gw_sim_client *person = gw_sim_connect(sim, 1);
    for (unsigned i = 0; i < 100; i++) {
        if (!gw_sim_is_open(person))
            person = gw_sim_connect(sim, 1);
        gw_sim_run(sim, 500);
        gw_sim_call(person, "Register", "ss", name, "secret");
        gw_sim_run(sim, 500);
        if (gw_sim_times_seen(person, "ShowInfo(注册成功，请点击登录)"))
            return true;
        if (gw_sim_times_seen(person, "ShowError(这个账号已经存在)"))
            return false;
    }
    gw_sim_fail(sim, "%s gets no answer", name);
}

static void claim_names(gw_sim *sim)
{
    gw_sim_chaos(sim, GW_SIM_CUT | GW_SIM_KILL_GAME | GW_SIM_STORAGE_SLOW, 10, 5000);
    for (unsigned i = 0; i < 5; i++) {
        char name[16];
        snprintf(name, sizeof name, "person%u", i);
        if (gw_sim_step(sim, "%s registers", name))
            claim(sim, name); /* it may have worked, and the answer was lost */
    }
    gw_sim_settle(sim);
    for (unsigned i = 0; i < 5; i++) {
        char name[16];
        snprintf(name, sizeof name, "person%u", i);
        claim(sim, name);
        GW_SIM_EXPECT(sim, !claim(sim, name));
        gw_sim_client *person = gw_sim_connect(sim, 1);
        gw_sim_expect(person, "create Account");
        gw_sim_call(person, "Login", "ss", name, "secret");
        gw_sim_expect(person, "create Avatar");
        GW_SIM_EXPECT(sim, strcmp(gw_sim_attr(person, "name"), name) == 0);
    }
}

int main(void)
{
    static const gw_sim_property talking = {
        .name = "talking",
        .cluster = {.dispatchers = 2, .games = 3, .game = &chatroom, .boot_entity = "Account"},
        .any_size = true,
        .run = talk,
    };
    static const gw_sim_property staying = {
        .name = "staying",
        .cluster = {.dispatchers = 2, .games = 3, .game = &chatroom, .boot_entity = "Account"},
        .run = stay,
    };
    static const gw_sim_property names = {
        .name = "names",
        .cluster = {.dispatchers = 2, .games = 2, .game = &chatroom, .boot_entity = "Account"},
        .run = claim_names,
    };
    return gw_sim_check(&talking) + gw_sim_check(&staying) + gw_sim_check(&names);
}
