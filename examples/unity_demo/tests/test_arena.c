/* The Unity demo under the simulator: what players see in a whole cluster. */
#include "../unity_demo.h"

#include <stdio.h>

#include <goworld/sim.h>

#define GAMES 2u

static const gw_entity_type *const types[] = {
    &Account_type, &Player_type, &Monster_type, &SpaceService_type, &OnlineService_type, NULL,
};
static const gw_game unity_demo = {.types = types, .space = &MySpace_type};

static gw_sim_client *connect(gw_sim *sim)
{
    gw_sim_client *person = gw_sim_connect(sim, 1);
    gw_sim_expect(person, "create Account");
    return person;
}

static gw_sim_client *log_in(gw_sim *sim, const char *name)
{
    gw_sim_client *person = connect(sim);
    gw_sim_call(person, "Register", "ss", name, "secret");
    gw_sim_expect(person, "ShowInfo(Registered Successfully, please click login.)");
    gw_sim_call(person, "Login", "ss", name, "secret");
    gw_sim_expect(person, "destroy Account");
    gw_sim_expect(person, "create Player");
    gw_sim_expect(person, "create __space__");
    return person;
}

static gw_sim_client *log_in_again(gw_sim *sim, const char *name)
{
    gw_sim_client *person = connect(sim);
    gw_sim_call(person, "Login", "ss", name, "secret");
    gw_sim_expect(person, "create Player");
    gw_sim_expect(person, "create __space__");
    return person;
}

/* Which entity the last line of that kind was about. */
static gw_id last_seen(const gw_sim_client *person, const char *line)
{
    gw_id id = {0};
    const gw_sim_sight *sight;
    for (size_t i = 0; (sight = gw_sim_sight_at(person, i)); i++)
        if (strcmp(sight->line, line) == 0)
            id = sight->entity;
    return id;
}

/* ---- looking into the games ----------------------------------------------------------------- */

static const char *const games[GAMES] = {"game1", "game2"};

static void in_all_games(gw_sim *sim, void (*run)(void *argument), void *argument)
{
    for (unsigned i = 0; i < GAMES; i++)
        gw_sim_in_game(sim, games[i], run, argument);
}

static void open_space(void *kind)
{
    gw_create_space(*(int *)kind);
}

/* The spaces of kind 1, and the players in the fullest and in all of them. */
struct census {
    size_t spaces, fullest, players;
};

static void count(void *argument)
{
    struct census *census = argument;
    GW_EACH(MySpace, space) {
        size_t players = gw_count_in(&space->base, &Player_type);
        if (gw_space_kind(&space->base) != 1)
            continue;
        census->spaces++;
        census->players += players;
        census->fullest = players > census->fullest ? players : census->fullest;
    }
}

static struct census take_census(gw_sim *sim)
{
    struct census census = {0};
    in_all_games(sim, count, &census);
    return census;
}

struct place {
    gw_id id;
    gw_vec3 position;
};

static void look_where(void *argument)
{
    struct place *place = argument;
    gw_entity *entity = gw_find(place->id);
    if (entity)
        place->position = gw_position(entity);
}

static gw_vec3 position_of(gw_sim *sim, gw_id id)
{
    struct place place = {.id = id};
    in_all_games(sim, look_where, &place);
    return place.position;
}

static void walk_to(gw_sim *sim, gw_sim_client *person, float x, float z)
{
    uint8_t payload[34] = {12, 0};
    float place[4] = {x, 0, z, 90};
    gw_id id = gw_sim_player(person);
    memcpy(payload + 2, id.text, sizeof id.text);
    memcpy(payload + 18, place, sizeof place);
    gw_sim_send(person, payload, sizeof payload);
    gw_sim_run(sim, 1000);
}

/* ---- accounts have a name once, and a password ---------------------------------------------- */

static void accounts(gw_sim *sim)
{
    gw_sim_client *person = connect(sim);
    gw_sim_call(person, "Login", "ss", "ann", "secret");
    gw_sim_expect(person, "ShowError(Account does not exist.)");
    gw_sim_call(person, "Register", "ss", "ann", "secret");
    gw_sim_expect(person, "ShowInfo(Registered Successfully, please click login.)");
    gw_sim_call(person, "Register", "ss", "ann", "other");
    gw_sim_expect(person, "ShowError(Sorry, this account aready exists.)");
    gw_sim_call(person, "Login", "ss", "ann", "other");
    gw_sim_expect(person, "ShowError(Invalid password or username)");
    gw_sim_call(person, "Register", "ss", "a name of more than thirty-one bytes", "x");
    gw_sim_expect(person, "ShowError(Invalid password or username)");
    gw_sim_call(person, "Login", "ss", "ann", "secret");
    gw_sim_expect(person, "create Player");
    static const char *const wanted[][2] = {
        {"name", "ann"}, {"lv", "1"}, {"hp", "100"}, {"hpmax", "100"}, {"action", "idle"}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        GW_SIM_EXPECT(sim, strcmp(gw_sim_attr(person, wanted[i][0]), wanted[i][1]) == 0);
    GW_SIM_EXPECT(sim, !gw_sim_attr(person, "spaceKind"));
    gw_sim_expect(person, "create __space__");
}

/* ---- players of one space see what each other does ------------------------------------------- */

static void meet(gw_sim *sim)
{
    gw_sim_client *ann = log_in(sim, "ann"), *bob = log_in(sim, "bob");
    gw_sim_expect(bob, "create Player");
    gw_sim_expect(ann, "create Player");
    GW_SIM_EXPECT(sim, gw_id_equal(last_seen(ann, "create Player"), gw_sim_player(bob)));
    GW_SIM_EXPECT(sim, gw_id_equal(last_seen(bob, "create Player"), gw_sim_player(ann)));
    gw_sim_call(ann, "SetAction", "s", "move");
    gw_sim_call(ann, "ShootMiss", "");
    gw_sim_call(ann, "SetAction", "s", "death"); /* that is for the server to say */
    gw_sim_call(ann, "SetAction", "s", "idle");
    gw_sim_client *both[] = {ann, bob};
    for (size_t i = 0; i < 2; i++) {
        gw_sim_expect(both[i], "action=move");
        gw_sim_expect(both[i], "Shoot()");
        gw_sim_expect(both[i], "action=idle");
        GW_SIM_EXPECT(sim, gw_sim_times_seen(both[i], "action=death") == 0);
    }
    gw_sim_call(bob, "EnterSpace", "i", 2);
    gw_sim_expect(ann, "destroy Player");
    gw_sim_expect(bob, "destroy Player");
    gw_sim_expect(bob, "destroy __space__");
    gw_sim_expect(bob, "create __space__");
    gw_sim_call(ann, "EnterSpace", "i", 2);
    gw_sim_expect(bob, "create Player");
    gw_sim_disconnect(ann);
    gw_sim_expect(bob, "destroy Player");
}

/* ---- monsters come, and fall at the second hit ----------------------------------------------- */

static void hunt(gw_sim *sim)
{
    gw_sim_client *ann = log_in(sim, "ann");
    gw_sim_expect(ann, "create Monster");
    gw_id monster = last_seen(ann, "create Monster");
    gw_sim_call(ann, "ShootHit", "e", gw_sim_player(ann)); /* nobody is hit */
    gw_sim_call(ann, "ShootHit", "e", monster);
    gw_sim_expect(ann, "hp=50");
    gw_sim_call(ann, "ShootHit", "e", monster);
    gw_sim_expect(ann, "hp=0");
    gw_sim_expect(ann, "action=death");
    gw_sim_expect(ann, "destroy Monster");
    GW_SIM_EXPECT(sim, gw_sim_times_seen(ann, "Shoot()") == 3);
    gw_sim_run(sim, 60000); /* ann is dead by then, and has two monsters around her */
    gw_sim_call(ann, "ShootHit", "e", last_seen(ann, "create Monster"));
    gw_sim_run(sim, 1000);
    GW_SIM_EXPECT(sim, gw_sim_times_seen(ann, "Shoot()") == 3);
    GW_SIM_EXPECT(sim, gw_sim_times_seen(ann, "create Monster") == 3);
}

/* ---- new programs take over, and nobody notices ---------------------------------------------- */

static void reload_all(gw_sim *sim)
{
    for (unsigned i = 0; i < GAMES; i++)
        GW_SIM_EXPECT(sim, !gw_sim_reload(sim, games[i], NULL));
}

/* What it has lost is lost. */
static void stay_wounded(gw_sim *sim)
{
    gw_sim_client *ann = log_in(sim, "ann");
    gw_sim_expect(ann, "create Monster");
    gw_id monster = last_seen(ann, "create Monster");
    gw_sim_call(ann, "ShootHit", "e", monster);
    gw_sim_expect(ann, "hp=50");
    reload_all(sim);
    gw_sim_call(ann, "ShootHit", "e", monster);
    gw_sim_expect(ann, "hp=0");
    gw_sim_expect(ann, "destroy Monster");
}

/* No faster than it can. */
static void hunt_on(gw_sim *sim)
{
    gw_sim_client *ann = log_in(sim, "ann");
    gw_sim_expect(ann, "create Monster");
    gw_id monster = last_seen(ann, "create Monster");
    walk_to(sim, ann, 50, 0);
    for (unsigned i = 0; i < 10; i++) {
        gw_vec3 before = position_of(sim, monster);
        int64_t began_ms = gw_sim_now_ms(sim);
        reload_all(sim);
        gw_sim_run(sim, 200);
        float way = gw_vec3_length(gw_vec3_sub(position_of(sim, monster), before));
        GW_SIM_EXPECT(sim, way > 0);
        GW_SIM_EXPECT(sim, way <= 3 * (float)(gw_sim_now_ms(sim) - began_ms) / 1000);
    }
}

static void kill_all(void *argument)
{
    (void)argument;
    GW_EACH(Player, player) {
        Player_take_damage(player, player->hp);
    }
}

/* A monster that nobody is left for when the new program looks around comes to rest, as in the old.
 */
static void come_to_rest(gw_sim *sim)
{
    gw_sim_client *ann = log_in(sim, "ann");
    gw_sim_expect(ann, "create Monster");
    gw_sim_expect(ann, "action=move");
    in_all_games(sim, kill_all, NULL);
    reload_all(sim);
    gw_sim_expect(ann, "action=idle");
}

/* Who comes just after it finds the others where they are. */
static void join_the_others(gw_sim *sim)
{
    gw_sim_client *bob = log_in(sim, "bob");
    gw_sim_expect(bob, "create Monster"); /* the space has told of itself */
    gw_sim_client *ann = log_in(sim, "ann");
    gw_sim_disconnect(ann);
    gw_sim_expect(bob, "destroy Player");
    reload_all(sim);
    ann = log_in_again(sim, "ann");
    gw_sim_expect(ann, "create Player");
    GW_SIM_EXPECT(sim, gw_id_equal(last_seen(ann, "create Player"), gw_sim_player(bob)));
    GW_SIM_EXPECT(sim, take_census(sim).spaces == 1);
}

/* Who waits for a space to open is sent there by the new program, and need not ask again. */
static void be_sent_on(gw_sim *sim)
{
    gw_sim_client *ann = log_in(sim, "ann");
    gw_sim_call(ann, "EnterSpace", "i", 2);
    gw_sim_run(sim, (int64_t)gw_sim_random(sim, 20));
    reload_all(sim);
    GW_SIM_EXPECT(sim, gw_sim_see(ann, 2 * GW_SECOND, "create __space__"));
}

/* A space that was about to close when its program went on stays open for who has come since. */
static void stay_open(gw_sim *sim)
{
    gw_sim_disconnect(log_in(sim, "ann"));
    gw_sim_run(sim, GW_MINUTE);
    reload_all(sim);
    gw_sim_run(sim, 2 * SPACE_REPORT_INTERVAL_MS);
    gw_sim_client *ann = log_in_again(sim, "ann");
    GW_SIM_EXPECT(sim, take_census(sim).spaces == 1);
    gw_sim_run(sim, 5 * GW_MINUTE);
    GW_SIM_EXPECT(sim, gw_sim_is_open(ann));
}

/* ---- a player who stands still dies, and its client moves it no more ------------------------- */

static void die(gw_sim *sim)
{
    gw_sim_client *ann = log_in(sim, "ann");
    gw_id player = gw_sim_player(ann);
    walk_to(sim, ann, 2, 1);
    GW_SIM_EXPECT(sim, position_of(sim, player).x == 2);
    gw_sim_expect(ann, "create Monster");
    for (int hp = 90; hp >= 0; hp -= 10)
        gw_sim_expect(ann, "hp=%d", hp);
    gw_sim_expect(ann, "action=death");
    GW_SIM_EXPECT(sim, gw_sim_times_seen(ann, "DisplayAttack(%.16s)", player.text) >= 10);
    walk_to(sim, ann, 50, 1);
    GW_SIM_EXPECT(sim, position_of(sim, player).x == 2);
    gw_sim_disconnect(ann);
    gw_sim_run(sim, 1000);
    gw_sim_client *again = connect(sim);
    gw_sim_call(again, "Login", "ss", "ann", "secret");
    gw_sim_expect(again, "create Player");
    GW_SIM_EXPECT(sim, strcmp(gw_sim_attr(again, "hp"), "100") == 0);
}

/* ---- who goes to another space, on whichever game, is the same player there ------------------ */

static void wander(gw_sim *sim)
{
    for (int kind = 2; kind < 10; kind++)
        gw_sim_in_game(sim, games[kind % 2], open_space, &kind);
    gw_sim_client *ann = log_in(sim, "ann");
    gw_sim_expect(ann, "hp=90");
    for (int kind = 2; kind < 10; kind++) {
        gw_sim_call(ann, "EnterSpace", "i", kind);
        gw_sim_expect(ann, "destroy __space__");
        gw_sim_expect(ann, "create __space__");
        GW_SIM_EXPECT(sim, strcmp(gw_sim_attr(ann, "hp"), "100") != 0);
        walk_to(sim, ann, (float)kind, 0);
        GW_SIM_EXPECT(sim, position_of(sim, gw_sim_player(ann)).x == (float)kind);
    }
    uint64_t moves = 0;
    moves += gw_sim_metric(sim, "game1", "game_migrations_out_total");
    moves += gw_sim_metric(sim, "game2", "game_migrations_out_total");
    GW_SIM_EXPECT(sim, moves > 0);
}

/* ---- a space goes when it has been empty for five minutes ------------------------------------ */

static void leave_empty(gw_sim *sim)
{
    gw_sim_client *ann = log_in(sim, "ann");
    gw_sim_run(sim, 6 * GW_MINUTE);
    GW_SIM_EXPECT(sim, take_census(sim).spaces == 1);
    gw_sim_disconnect(ann);
    gw_sim_run(sim, 5 * GW_MINUTE - 5 * GW_SECOND);
    GW_SIM_EXPECT(sim, take_census(sim).spaces == 1);
    gw_sim_run(sim, 10 * GW_SECOND);
    GW_SIM_EXPECT(sim, take_census(sim).spaces == 0);
}

/* ---- a space that may go is offered to nobody ------------------------------------------------ */

/* Whether the service is here, and a space. */
struct search {
    bool service, space;
};

static void search_here(void *argument)
{
    struct search *search = argument;
    *search = (struct search){.service = gw_count(&SpaceService_type) > 0};
    GW_EACH(MySpace, space) {
        search->space |= gw_space_kind(&space->base) > 0;
    }
}

static struct search search(gw_sim *sim, const char *game)
{
    struct search found;
    gw_sim_in_game(sim, game, search_here, &found);
    return found;
}

static bool has_service(void *sim)
{
    return search(sim, games[0]).service || search(sim, games[1]).service;
}

static void visit(void *argument)
{
    (void)argument;
    GW_EACH(MySpace, space) {
        if (gw_space_kind(&space->base) == 1)
            gw_destroy(&GW_CREATE_IN(Player, &space->base, (gw_vec3){0})->base);
    }
}

static uint64_t count_failures(gw_sim *sim)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < GAMES; i++)
        count += gw_sim_metric(sim, games[i], "game_enters_failed_total");
    return count;
}

/* The space asks whether it may go, and has its answer some seconds later. */
static void close_slowly(gw_sim *sim, bool visited)
{
    GW_SIM_EXPECT(sim, gw_sim_run_until(sim, has_service, sim, GW_MINUTE));
    unsigned with_service = search(sim, games[0]).service ? 0 : 1;
    const char *asked = games[with_service], *asking = games[1 - with_service];
    gw_sim_in_game(sim, asking, open_space, &(int){1});
    gw_sim_run(sim, 5 * GW_MINUTE - GW_SECOND);
    gw_sim_pause(sim, asked, true);
    gw_sim_run(sim, SPACE_REPORT_INTERVAL_MS + 2 * GW_SECOND);
    if (visited)
        gw_sim_in_game(sim, asking, visit, NULL);
    gw_sim_pause(sim, asked, false);
    gw_sim_run(sim, GW_SECOND);
    GW_SIM_EXPECT(sim, search(sim, asking).space == visited);
    log_in(sim, "ann");
    GW_SIM_EXPECT(sim, count_failures(sim) == 0);
}

static void close_unseen(gw_sim *sim)
{
    close_slowly(sim, false);
}

static void close_visited(gw_sim *sim)
{
    close_slowly(sim, true);
}

/* ---- who plays is known, and nobody else ----------------------------------------------------- */

/* Players that have checked in and are heard of no more, as those of a game that has died. */
static void fill_online(void *argument)
{
    (void)argument;
    GW_EACH(OnlineService, online) {
        size_t size;
        unsigned i = 0;
        do {
            char text[sizeof(gw_id) + 1];
            gw_id id;
            snprintf(text, sizeof text, "lost%012u", i++);
            memcpy(id.text, text, sizeof id.text);
            size = gw_map_size(online->players);
            OnlineService_CheckIn(online, id, "lost", 1);
        } while (gw_map_size(online->players) > size);
    }
}

struct online {
    gw_sim *sim;
    gw_id player;
    size_t count;
    bool is_known;
};

static void look_here(void *argument)
{
    struct online *look = argument;
    char key[sizeof(gw_id) + 1];
    snprintf(key, sizeof key, GW_ID_FORMAT, GW_ID_ARG(look->player));
    GW_EACH(OnlineService, online) {
        look->count = gw_map_size(online->players);
        look->is_known = gw_map_has(online->players, key);
    }
}

static bool is_known(void *argument)
{
    struct online *look = argument;
    in_all_games(look->sim, look_here, look);
    return look->is_known;
}

static bool is_unknown(void *argument)
{
    return !is_known(argument);
}

static bool is_alone_or_unknown(void *argument)
{
    return is_unknown(argument) || ((struct online *)argument)->count == 1;
}

static void stay_known(gw_sim *sim)
{
    gw_sim_client *ann = log_in(sim, "ann");
    struct online look = {.sim = sim, .player = gw_sim_player(ann)};
    GW_SIM_EXPECT(sim, gw_sim_run_until(sim, is_known, &look, GW_SECOND));
    in_all_games(sim, fill_online, NULL);
    GW_SIM_EXPECT(sim, is_known(&look) && look.count == PLAYERS_ONLINE_MAX);
    GW_SIM_EXPECT(sim, gw_sim_run_until(sim, is_alone_or_unknown, &look, 5 * GW_MINUTE));
    GW_SIM_EXPECT(sim, is_known(&look));
    gw_sim_disconnect(ann);
    GW_SIM_EXPECT(sim, gw_sim_run_until(sim, is_unknown, &look, GW_SECOND));
}

/* In the new program everybody has been heard of just now: its clock is another one. */
static void stay_known_in_a_new_program(gw_sim *sim)
{
    gw_sim_client *ann = log_in(sim, "ann");
    struct online look = {.sim = sim, .player = gw_sim_player(ann)};
    GW_SIM_EXPECT(sim, gw_sim_run_until(sim, is_known, &look, GW_SECOND));
    in_all_games(sim, fill_online, NULL);
    gw_sim_run(sim, 2 * CHECK_IN_INTERVAL_MS);
    reload_all(sim);
    gw_sim_run(sim, 2 * CHECK_IN_INTERVAL_MS);
    GW_SIM_EXPECT(sim, is_known(&look) && look.count == PLAYERS_ONLINE_MAX);
    GW_SIM_EXPECT(sim, gw_sim_run_until(sim, is_alone_or_unknown, &look, 5 * GW_MINUTE));
    GW_SIM_EXPECT(sim, is_known(&look));
}

/* ---- the hundred-and-first player gets another space ----------------------------------------- */

static void crowd(gw_sim *sim)
{
    enum { PEOPLE = SPACE_PLAYERS_MAX + 1 };
    gw_sim_client *people[PEOPLE];
    for (unsigned i = 0; i < PEOPLE; i++) {
        char name[16];
        snprintf(name, sizeof name, "person%u", i);
        people[i] = connect(sim);
        gw_sim_call(people[i], "Register", "ss", name, "secret");
        gw_sim_expect(people[i], "ShowInfo(Registered Successfully, please click login.)");
        gw_sim_call(people[i], "Login", "ss", name, "secret");
    }
    for (unsigned i = 0; i < PEOPLE; i++)
        gw_sim_expect(people[i], "create __space__");
    struct census census = take_census(sim);
    GW_SIM_EXPECT(sim, census.spaces == 2);
    GW_SIM_EXPECT(sim, census.players == PEOPLE);
    GW_SIM_EXPECT(sim, census.fullest == SPACE_PLAYERS_MAX);
}

/* ---- whatever dies, there is a space to play in ---------------------------------------------- */

static void survive(gw_sim *sim)
{
    static const char *const names[] = {"ann", "bob", "cat"};
    for (size_t i = 0; i < 3; i++)
        gw_sim_disconnect(log_in(sim, names[i]));
    gw_sim_client *people[3] = {0};
    for (size_t i = 0; i < 3; i++)
        if (gw_sim_step(sim, "%s logs in", names[i]))
            people[i] = log_in_again(sim, names[i]);
    gw_sim_chaos(sim, GW_SIM_CUT | GW_SIM_KILL_GAME | GW_SIM_KILL_DISPATCHER, 6, 10000);
    gw_sim_run(sim, 10000);
    for (size_t i = 0; i < 3; i++)
        if (people[i] && gw_sim_is_open(people[i]))
            gw_sim_disconnect(people[i]);
    gw_sim_settle(sim);
    for (size_t i = 0; i < 3; i++) {
        gw_sim_client *person = log_in_again(sim, names[i]);
        gw_sim_call(person, "ShootMiss", "");
        gw_sim_expect(person, "Shoot()");
    }
}

static int check(const char *name, void (*run)(gw_sim *sim), unsigned seeds)
{
    return gw_sim_check(&(gw_sim_property){
        .name = name,
        .cluster =
            {.dispatchers = 2, .games = GAMES, .game = &unity_demo, .boot_entity = "Account"},
        .seeds = seeds,
        .run = run,
    });
}

int main(void)
{
    return check("accounts", accounts, 4) + check("meeting", meet, 10) + check("hunting", hunt, 4) +
           check("wounded", stay_wounded, 4) + check("hunting_on", hunt_on, 4) +
           check("resting", come_to_rest, 10) + check("joining", join_the_others, 10) +
           check("sent_on", be_sent_on, 20) + check("staying_open", stay_open, 4) +
           check("dying", die, 4) + check("wandering", wander, 4) +
           check("surviving", survive, 10) + check("closing", leave_empty, 2) +
           check("closing_slowly", close_unseen, 4) + check("closing_visited", close_visited, 4) +
           check("online", stay_known, 4) + check("online_reload", stay_known_in_a_new_program, 4) +
           check("crowd", crowd, 2);
}
