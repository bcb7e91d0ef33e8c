/* Sight: after every event, and in every hook, clients have been shown what their entities see, and
 * hooks have told the game so; whatever hooks do meanwhile. */
#include "shown.h"
#include "walker.h"

#include "net/random.h"

#include <math.h>
#include <stdio.h>

#define SEEDS 200u
#define EVENTS 80u
#define WALKERS 16u
#define PLACES 3u
#define HOOK_ACTS_MAX 6u /* in one event */
#define ENTITIES_MAX 256u
#define PAIRS_MAX 4096u
#define EXTENT 20

/* Distance of sight in the place of that kind; 0: no AOI. The nil space has none. */
static const float distances[PLACES + 1] = {0, 10, 5, 0};

/* By its hooks, the first sees the second. */
struct pair {
    gw_id watcher, subject;
};

/* What plays. Walkers and places that have ended come again, with another id. */
static struct {
    struct fixture *f;
    struct random random;
    gw_id walkers[WALKERS], places[PLACES];
    unsigned hook_acts; /* that are left in this event */
    struct shown clients[SHOWN_CLIENTS_MAX];
    struct pair pairs[PAIRS_MAX];
    size_t pair_count;
} play;

static unsigned draw(unsigned count)
{
    return (unsigned)random_below(&play.random, count);
}

/* ---- what has to be so ---------------------------------------------------------------------- */

static bool sees(const struct entity *a, const struct entity *b)
{
    const gw_entity_type *type = a->type->def;
    float distance = type->aoi_distance > 0 ? type->aoi_distance : distances[a->space->kind];
    if (a == b || a->space != b->space || distances[a->space->kind] == 0)
        return false;
    if (type->aoi & GW_AOI_BLIND || b->type->def->aoi & GW_AOI_UNSEEN)
        return false;
    return fabsf(a->position.x - b->position.x) <= distance &&
           fabsf(a->position.z - b->position.z) <= distance;
}

struct census {
    const struct entity *all[ENTITIES_MAX]; /* but spaces */
    size_t count;
};

static void count_in(void *user, gw_id id)
{
    struct census *census = user;
    const struct entity *e = entity_of(fixture_find(play.f, id));
    if (e->type->is_space)
        return;
    assert_true(census->count < ENTITIES_MAX);
    census->all[census->count++] = e;
}

static struct census take_census(void)
{
    struct census census = {0};
    world_each_entity(play.f->world, count_in, &census);
    return census;
}

static void check_client(const struct shown *shown, const struct census *census)
{
    const struct entity *player = NULL;
    size_t expected = 0;
    for (size_t i = 0; i < census->count && !player; i++)
        if (gw_id_equal(census->all[i]->client, shown->client))
            player = census->all[i];
    if (player) {
        assert_true(gw_id_equal(shown->player, player->base.id));
        expected = 1 + (player->space->kind != 0);
        for (size_t i = 0; i < census->count; i++) {
            bool is_seen = sees(player, census->all[i]);
            assert_true(!is_seen || shown_knows(shown, census->all[i]->base.id));
            expected += is_seen;
        }
        assert_true(!player->space->kind || shown_knows(shown, player->space->entity->base.id));
    }
    assert_int_equal(shown_count(shown), expected);
}

static void check_clients(const struct census *census)
{
    shown_read(play.clients, play.f);
    for (size_t i = 0; i < SHOWN_CLIENTS_MAX; i++)
        if (play.clients[i].is_connected)
            check_client(&play.clients[i], census);
}

/* ---- what hooks tell ------------------------------------------------------------------------ */

static struct pair *pair_of(gw_id watcher, gw_id subject)
{
    for (size_t i = 0; i < play.pair_count; i++)
        if (gw_id_equal(play.pairs[i].watcher, watcher) &&
            gw_id_equal(play.pairs[i].subject, subject))
            return &play.pairs[i];
    return NULL;
}

static void note_pair(gw_id watcher, gw_id subject, bool begins)
{
    struct pair *pair = pair_of(watcher, subject);
    assert_int_equal(begins, !pair);
    if (pair) {
        *pair = play.pairs[--play.pair_count];
        return;
    }
    assert_true(play.pair_count < PAIRS_MAX);
    play.pairs[play.pair_count++] = (struct pair){watcher, subject};
}

/* Nobody is told what one that has ended sees no more. */
static void forget_pairs_of_the_dead(void)
{
    for (size_t i = 0; i < play.pair_count;)
        if (fixture_find(play.f, play.pairs[i].watcher))
            i++;
        else
            play.pairs[i] = play.pairs[--play.pair_count];
}

static void check_hooks(const struct census *census)
{
    size_t expected = 0;
    forget_pairs_of_the_dead();
    for (size_t i = 0; i < census->count; i++)
        for (size_t j = 0; census->all[i]->type->def->on_enter_aoi && j < census->count; j++) {
            const struct entity *watcher = census->all[i], *subject = census->all[j];
            bool is_seen = sees(watcher, subject);
            assert_int_equal(is_seen, pair_of(watcher->base.id, subject->base.id) != NULL);
            expected += is_seen;
        }
    assert_int_equal(play.pair_count, expected);
}

/* ---- what happens --------------------------------------------------------------------------- */

static gw_vec3 somewhere(void)
{
    gw_vec3 position = {(float)draw(2 * EXTENT) - EXTENT, 0, 0};
    position.z = (float)draw(2 * EXTENT) - EXTENT;
    return position;
}

static void create_walker(unsigned which, gw_entity *place)
{
    static const gw_entity_type *const kinds[] = {&Walker_type, &Walker_type, &Owl_type,
                                                  &Mole_type,   &Ghost_type,  &Fish_type};
    const gw_entity_type *kind = kinds[draw(sizeof kinds / sizeof *kinds)];
    gw_vec3 position = somewhere();
    gw_entity *made = draw(4) ? gw_create_in(kind, place, position) : gw_create(kind);
    if (made) /* its place does not end */
        play.walkers[which] = made->id;
}

static void move_walker(gw_entity *walker, const gw_entity *place)
{
    gw_vec3 position = somewhere(), step = gw_position(walker);
    step.x += 1;
    switch (draw(6)) {
    case 0:
        gw_destroy(walker);
        break;
    case 1:
        (void)!gw_enter_space(walker, place->id, position);
        break;
    case 2:
        (void)!gw_enter_space(walker, draw(2) ? gw_nil_space()->id : place->id, position);
        break;
    case 3:
        (void)!gw_set_position(walker, step);
        break;
    default:
        (void)!gw_set_position(walker, position);
        break;
    }
}

/* What a handler, or a hook, of the game does. */
static void act(void)
{
    unsigned which = draw(WALKERS), where = draw(PLACES), chance = draw(40);
    gw_entity *walker = gw_find(play.walkers[which]), *place = gw_find(play.places[where]);
    if (!place)
        play.places[where] = walker_place(where + 1, distances[where + 1])->id;
    else if (chance == 0)
        gw_destroy(place);
    else if (walker)
        move_walker(walker, place);
    else
        create_walker(which, place);
}

static void on_hook(const char *hook, gw_entity *self, const gw_entity *other)
{
    if (strcmp(hook, "sees") == 0 || strcmp(hook, "loses") == 0)
        note_pair(self->id, other->id, hook[0] == 's');
    struct census census = take_census();
    check_clients(&census);
    if (play.hook_acts && draw(4) == 0) {
        play.hook_acts--;
        act();
    }
}

static void give_client(gw_id client, gw_id walker)
{
    struct buf payload = {0};
    struct msg_notify_client_given m = {.entity = walker, .client = client, .gate = FIXTURE_GATE};
    msg_notify_client_given_write(&payload, &m);
    world_client_given(play.f->world, view_of(&payload));
    buf_free(&payload);
}

/* One comes to a walker, perhaps in the place of another, or goes. */
static void change_a_client(void)
{
    struct shown *shown = &play.clients[draw(SHOWN_CLIENTS_MAX)];
    gw_id walker = play.walkers[draw(WALKERS)], player = shown->player;
    if (shown->is_connected) {
        shown_forget(shown);
        world_client_lost(play.f->world, player, shown->client);
    } else if (fixture_find(play.f, walker)) {
        shown->is_connected = true;
        give_client(shown->client, walker);
    }
}

static void fail_on_hook(const char *hook, gw_entity *self, const gw_entity *other)
{
    (void)self, (void)other;
    fail_msg("%s was called by a reload", hook);
}

/* The world goes on in another process: neither clients nor hooks are told anything of that. */
static void reload(void)
{
    size_t sent = play.f->sent.size;
    walker_told = fail_on_hook;
    char *error = fixture_reload(play.f, &walker_game, "Walker");
    walker_told = on_hook;
    assert_null(error);
    assert_int_equal(play.f->sent.size, sent);
}

static void happen(void)
{
    play.hook_acts = HOOK_ACTS_MAX;
    if (draw(5) == 0)
        change_a_client();
    else if (draw(10) == 0)
        reload();
    else
        GAME(play.f)
    act();
    struct census census = take_census();
    check_clients(&census);
    check_hooks(&census);
    fixture_pass(play.f, 1);
}

static void begin(uint64_t seed)
{
    memset(&play, 0, sizeof play);
    play.f = fixture_create(&walker_game, "Walker");
    play.random.state = seed;
    for (unsigned i = 0; i < SHOWN_CLIENTS_MAX; i++) {
        char name[8];
        snprintf(name, sizeof name, "c%u", i);
        play.clients[i].client = fixture_id(name);
    }
    fixture_pass(play.f, 1);
    walker_told = on_hook;
}

static void end(void)
{
    walker_told = NULL;
    fixture_destroy(play.f);
    for (size_t i = 0; i < SHOWN_CLIENTS_MAX; i++)
        shown_forget(&play.clients[i]);
}

static void clients_and_hooks_are_told_what_is_seen(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        begin(seed);
        for (unsigned i = 0; i < EVENTS; i++)
            happen();
        end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clients_and_hooks_are_told_what_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
