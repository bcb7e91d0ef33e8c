/* A game that has services, and dispatchers whose every packet is scripted. Of two dispatchers the
 * second serves the key Service/Desk#0, the first Service/Desk#0/EntityID and both of Vault. */
#include "entity/state.h"
#include "game/registry.h"
#include "rig.h"

#include <stdlib.h>

#define HOST "Service/Desk#0"
#define ENTITY "Service/Desk#0/EntityID"
#define VAULT_HOST "Service/Vault#0"
#define VAULT_ENTITY "Service/Vault#0/EntityID"
#define FAR_ID "AAAAAAAAAAAAAAAA"
#define OTHER_ID "BBBBBBBBBBBBBBBB"

typedef struct Door {
    gw_entity base;
} Door;
typedef struct Desk {
    gw_entity base;
} Desk;
typedef struct Vault {
    gw_entity base;
    int64_t gold;
} Vault;
extern const gw_entity_type Door_type, Desk_type, Vault_type;

#define DESK_RPC(RPC)                                                                              \
    RPC(Desk, Ask, GW_SERVER, (i64, number), (str, text))                                          \
    RPC(Desk, Quit, GW_SERVER)
#define VAULT_RPC(RPC) RPC(Vault, Put, GW_SERVER, (i64, gold))
GW_RPC_DECLARE(DESK_RPC)
GW_RPC_DECLARE(VAULT_RPC)
GW_SERVICE_RPC_DECLARE(DESK_RPC)
GW_SERVICE_RPC_DECLARE(VAULT_RPC)

static int64_t asked; /* the last number, of all desks */

void Desk_Ask(Desk *self, int64_t number, const char *text)
{
    (void)self;
    (void)text;
    assert_true(number == asked + 1);
    asked = number;
}

void Desk_Quit(Desk *self)
{
    gw_destroy(&self->base);
}

void Vault_Put(Vault *self, int64_t gold)
{
    GW_SET(self, gold, self->gold + gold);
}

GW_RPC_DEFINE(Desk, DESK_RPC)
GW_RPC_DEFINE(Vault, VAULT_RPC)
static const gw_attr Vault_attrs[] = {GW_ATTR(Vault, gold, GW_PERSISTENT), GW_ATTR_END};
const gw_entity_type Door_type = {.name = "Door", .size = sizeof(Door)};
const gw_entity_type Desk_type = {
    .name = "Desk", .size = sizeof(Desk), .methods = Desk_methods, .service_shards = 1};
const gw_entity_type Vault_type = {.name = "Vault",
                                   .size = sizeof(Vault),
                                   .attrs = Vault_attrs,
                                   .methods = Vault_methods,
                                   .persistent = true,
                                   .service_shards = 1};
static const gw_entity_type *const desk_types[] = {&Door_type, &Desk_type, NULL};
static const gw_entity_type *const vault_types[] = {&Door_type, &Vault_type, NULL};
static const gw_game desks = {.types = desk_types}, vaults = {.types = vault_types};

/* ---- what comes out ------------------------------------------------------------------------- */

static void assert_written(struct rig *r, unsigned index, const char *key, const char *value,
                           bool force)
{
    struct view payload;
    struct msg_kvreg_register m;
    assert_true(rig_next(r, index, &payload));
    assert_true(msg_kvreg_register_read(payload, &m));
    assert_true(view_equals(m.key, key));
    assert_true(view_equals(m.value, value));
    assert_int_equal(m.force, force);
}

static void assert_released(struct rig *r, unsigned index, const char *key, const char *value)
{
    struct view payload;
    struct msg_kvreg_release m;
    assert_true(rig_next(r, index, &payload));
    assert_true(msg_kvreg_release_read(payload, &m));
    assert_true(view_equals(m.key, key));
    assert_true(view_equals(m.value, value));
}

static void assert_silent(struct rig *r)
{
    struct view payload;
    for (unsigned i = 0; i < r->dispatchers; i++)
        assert_false(rig_next(r, i, &payload));
}

static unsigned dispatcher_of(const struct rig *r, gw_id id)
{
    return id_dispatcher(id, r->dispatchers);
}

/* ---- what a game has ------------------------------------------------------------------------ */

static gw_entity *the_entity(struct rig *r, const gw_entity_type *type)
{
    struct scope before = world_enter(game_world(r->game), NULL);
    gw_entity *entity = gw_next(type, NULL);
    world_leave(game_world(r->game), before);
    return entity;
}

static gw_err ask(struct rig *r, int64_t number)
{
    struct scope before = world_enter(game_world(r->game), NULL);
    gw_err err = Desk_service_Ask(gw_any_shard(), number, "?");
    world_leave(game_world(r->game), before);
    return err;
}

static gw_id known(struct rig *r)
{
    struct scope before = world_enter(game_world(r->game), NULL);
    gw_id id = gw_service_entity(&Desk_type, 0);
    assert_int_equal(gw_service_is_ready(&Desk_type), !gw_id_is_none(id));
    world_leave(game_world(r->game), before);
    return id;
}

static void assert_knows(struct rig *r, const char *id)
{
    gw_id now = known(r);
    assert_memory_equal(now.text, id, sizeof now.text);
}

/* Both dispatchers have taken it in, and know nothing. */
static struct rig *rig_of(const gw_game *game)
{
    struct rig *r = rig_create(game, "Door", 2);
    asked = 0;
    for (unsigned i = 0; i < 2; i++) {
        rig_connect(r, i, 70 + i);
        rig_take_in(r, i, true, NULL);
        rig_say_hello(r, i);
    }
    return r;
}

/* The fence comes back from the entity's dispatcher. */
static void return_fence(struct rig *r, gw_id id)
{
    RECEIVE(&r->links[dispatcher_of(r, id)], call_entity_method, .entity = id);
}

static void assert_created(struct rig *r, gw_id id)
{
    struct view payload;
    struct msg_notify_create_entity created;
    struct msg_call_entity_method fence;
    assert_true(rig_next(r, dispatcher_of(r, id), &payload));
    assert_true(msg_notify_create_entity_read(payload, &created));
    assert_true(gw_id_equal(created.entity, id));
    assert_true(rig_next(r, dispatcher_of(r, id), &payload));
    assert_true(msg_call_entity_method_read(payload, &fence));
    assert_true(gw_id_equal(fence.entity, id));
    assert_int_equal(fence.method.size, 0);
}

static void id_text(gw_id id, char text[17])
{
    memcpy(text, id.text, 16);
    text[16] = '\0';
}

/* It has asked for the desk, got it, and named it; returns its id. */
static gw_id get_desk(struct rig *r)
{
    char text[17];
    rig_pass(r, 400);
    assert_written(r, 1, HOST, "game1", false);
    rig_tell(r, 1, HOST, "game1");
    gw_id id = the_entity(r, &Desk_type)->id;
    assert_created(r, id);
    return_fence(r, id);
    id_text(id, text);
    assert_written(r, 0, ENTITY, text, true);
    rig_tell(r, 0, ENTITY, text);
    assert_silent(r);
    return id;
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void a_free_shard_is_asked_for_created_and_then_named(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    struct view payload;
    assert_silent(r);
    rig_pass(r, 400);
    assert_true(rig_next(r, 1, &payload));
    static const uint8_t claim[] = "\5\0\16\0\0\0Service/Desk#0\5\0\0\0game1\0";
    assert_int_equal(payload.size, sizeof claim - 1);
    assert_memory_equal(payload.data, claim, payload.size);
    assert_null(the_entity(r, &Desk_type)); /* asked is not got */

    rig_tell(r, 1, HOST, "game1");
    gw_id id = the_entity(r, &Desk_type)->id;
    assert_created(r, id);
    rig_tell(r, 0, ENTITY, OTHER_ID); /* of a game that has died */
    assert_silent(r); /* its dispatcher may not know it yet: nobody is told where to call */
    return_fence(r, id);
    uint8_t naming[] = "\5\0\27\0\0\0Service/Desk#0/EntityID\20\0\0\0................\1";
    memcpy(naming + 33, id.text, sizeof id.text);
    assert_true(rig_next(r, 0, &payload));
    assert_int_equal(payload.size, sizeof naming - 1);
    assert_memory_equal(payload.data, naming, payload.size);
    assert_silent(r);
    rig_destroy(r);
}

static void nothing_is_asked_for_before_all_are_there(void **state)
{
    (void)state;
    struct rig *r = rig_create(&desks, "Door", 2);
    rig_connect(r, 0, 70);
    rig_connect(r, 1, 71);
    rig_take_in(r, 0, false, NULL);
    rig_take_in(r, 1, false, NULL);
    rig_say_hello(r, 1);
    rig_pass(r, 10000);
    assert_silent(r);
    RECEIVE(&r->links[0], notify_deployment_ready);
    RECEIVE(&r->links[1], notify_deployment_ready);
    rig_pass(r, 400);
    assert_written(r, 1, HOST, "game1", false);
    rig_destroy(r);
}

static void a_shard_that_another_game_has_is_left_to_it(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    rig_tell(r, 1, HOST, "game2");
    rig_tell(r, 0, ENTITY, FAR_ID);
    rig_pass(r, 10000);
    assert_silent(r);
    assert_null(the_entity(r, &Desk_type));
    assert_knows(r, FAR_ID);
    rig_tell(r, 0, ENTITY, NULL); /* that game has died */
    rig_tell(r, 1, HOST, NULL);
    assert_true(gw_id_is_none(known(r)));
    rig_pass(r, 400);
    assert_written(r, 1, HOST, "game1", false);
    rig_destroy(r);
}

static void a_claim_that_nobody_answers_is_made_again(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    rig_pass(r, 400);
    assert_written(r, 1, HOST, "game1", false);
    rig_pass(r, 4999);
    assert_silent(r);
    rig_pass(r, 1);
    assert_written(r, 1, HOST, "game1", false);
    rig_destroy(r);
}

static void the_loser_ends_its_copy_and_takes_nothing_back(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    gw_id id = get_desk(r);
    rig_tell(r, 1, HOST, "game2");
    assert_null(the_entity(r, &Desk_type));
    struct view payload;
    assert_true(rig_next(r, dispatcher_of(r, id), &payload));
    assert_int_equal(msg_type_of(payload), MSG_NOTIFY_DESTROY_ENTITY);
    assert_silent(r);
    assert_int_equal(world_stats(game_world(r->game))->services_superseded, 1);
    rig_destroy(r);
}

/* The dispatcher took it for dead; it has not heard of the other game, but of its entity. */
static void a_game_that_is_cut_off_ends_its_copy_when_it_hears_of_another(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    get_desk(r);
    rig_hang_up(r, 1);
    assert_non_null(the_entity(r, &Desk_type));
    rig_tell(r, 0, ENTITY, OTHER_ID);
    assert_null(the_entity(r, &Desk_type));
    assert_knows(r, OTHER_ID);
    rig_destroy(r);
}

static void another_entity_under_the_name_of_ours_is_put_right(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    char text[17];
    id_text(get_desk(r), text);
    rig_tell(r, 0, ENTITY, OTHER_ID); /* somebody's old copy of the registry */
    assert_written(r, 0, ENTITY, text, true);
    assert_non_null(the_entity(r, &Desk_type));
    rig_destroy(r);
}

static void a_shard_that_ends_is_given_up_and_competed_for(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    char text[17];
    gw_id id = get_desk(r);
    id_text(id, text);
    RECEIVE(&r->links[0], call_entity_method, .entity = id, .method = view_str("Quit"),
            .args = {(const uint8_t *)"\0", 2});
    assert_released(r, 1, HOST, "game1");
    struct view payload;
    bool told = false;
    for (unsigned i = 0; i < 2; i++)
        while (rig_next(r, i, &payload))
            told = told || msg_type_of(payload) == MSG_KVREG_RELEASE;
    assert_true(told); /* that of the entity, in between NOTIFY_DESTROY_ENTITY */
    rig_pass(r, 10000);
    assert_silent(r); /* the registry still says that it has the shard */
    rig_tell(r, 0, ENTITY, NULL);
    rig_tell(r, 1, HOST, NULL);
    rig_pass(r, 400);
    assert_written(r, 1, HOST, "game1", false);
    rig_destroy(r);
}

static void a_persistent_shard_is_given_up_when_it_is_saved_and_is_the_same_again(void **state)
{
    (void)state;
    struct rig *r = rig_of(&vaults);
    struct view payload;
    char text[17];
    rig_pass(r, 400);
    assert_written(r, 0, VAULT_HOST, "game1", false);
    rig_tell(r, 0, VAULT_HOST, "game1");
    assert_null(the_entity(r, &Vault_type)); /* storage is asked first */
    rig_turn(r);
    gw_id id = the_entity(r, &Vault_type)->id;
    assert_created(r, id);
    return_fence(r, id);
    id_text(id, text);
    assert_written(r, 0, VAULT_ENTITY, text, true);
    rig_tell(r, 0, VAULT_ENTITY, text);
    struct scope before = world_enter(game_world(r->game), NULL);
    Vault_service_Put(gw_shard(0), 7);
    world_leave(game_world(r->game), before);
    rig_turn(r);

    before = world_enter(game_world(r->game), NULL);
    gw_destroy(the_entity(r, &Vault_type));
    world_leave(game_world(r->game), before);
    assert_released(r, 0, VAULT_ENTITY, text); /* calls wait from now on */
    assert_silent(r);
    rig_turn(r);
    bool released = false;
    while (rig_next(r, 0, &payload))
        released = released || msg_type_of(payload) == MSG_KVREG_RELEASE;
    assert_true(released);
    rig_tell(r, 0, VAULT_ENTITY, NULL);
    rig_tell(r, 0, VAULT_HOST, NULL);
    rig_pass(r, 400);
    rig_tell(r, 0, VAULT_HOST, "game1");
    rig_turn(r);
    Vault *again = (Vault *)the_entity(r, &Vault_type);
    assert_true(gw_id_equal(again->base.id, id));
    assert_int_equal(again->gold, 7);
    rig_destroy(r);
}

static void a_game_that_stops_gives_its_shards_up(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    char text[17];
    id_text(get_desk(r), text);
    game_stop(r->game);
    assert_released(r, 1, HOST, "game1");
    rig_tell(r, 1, HOST, NULL);
    rig_pass(r, 10000);
    struct view payload;
    while (rig_next(r, 1, &payload))
        assert_int_not_equal(msg_type_of(payload), MSG_KVREG_REGISTER);
    rig_destroy(r);
}

/* ---- calls ---------------------------------------------------------------------------------- */

static void assert_called(struct rig *r, const char *id, uint8_t number)
{
    struct view payload;
    struct msg_call_entity_method m;
    gw_id to = id_str(id);
    assert_true(rig_next(r, dispatcher_of(r, to), &payload));
    assert_true(msg_call_entity_method_read(payload, &m));
    assert_true(gw_id_equal(m.entity, to));
    assert_true(view_equals(m.method, "Ask"));
    assert_int_equal(m.args.data[2 + 4 + 8], number); /* u16 count, VarBytes d3 + 8 bytes */
}

static void calls_wait_for_the_shard_and_keep_their_order(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    for (int64_t i = 1; i <= 3; i++)
        assert_int_equal(ask(r, i), GW_OK);
    assert_silent(r);
    rig_tell(r, 1, HOST, "game2");
    assert_silent(r);
    rig_tell(r, 0, ENTITY, FAR_ID);
    ask(r, 4);
    rig_tell(r, 0, ENTITY, OTHER_ID); /* it has moved */
    ask(r, 5);
    for (uint8_t i = 1; i <= 4; i++)
        assert_called(r, FAR_ID, i);
    assert_called(r, OTHER_ID, 5);
    assert_silent(r);
    assert_int_equal(world_stats(game_world(r->game))->service_calls_waited, 3);
    rig_destroy(r);
}

static void calls_to_a_shard_of_this_game_are_made_here(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    ask(r, 1);
    gw_id id = get_desk(r);
    ask(r, 2);
    assert_int_equal(asked, 2);
    assert_silent(r);
    assert_true(gw_id_equal(known(r), id));
    rig_destroy(r);
}

static void a_call_that_has_waited_too_long_is_dropped_and_counted(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    rig_tell(r, 1, HOST, "game2");
    ask(r, 1);
    rig_pass(r, 3000);
    ask(r, 2);
    rig_pass(r, GW_SERVICE_WAIT_MS - 3001);
    assert_int_equal(world_stats(game_world(r->game))->service_calls_dropped.count, 0);
    rig_pass(r, 1);
    assert_int_equal(world_stats(game_world(r->game))->service_calls_dropped.count, 1);
    assert_true(rig_logged(r, "service_call_dropped service=Desk shard=0 method=Ask"));
    rig_tell(r, 0, ENTITY, FAR_ID);
    assert_called(r, FAR_ID, 2);
    assert_silent(r);
    rig_pass(r, 10000);
    assert_int_equal(world_stats(game_world(r->game))->service_calls_dropped.count, 1);
    rig_destroy(r);
}

static void calls_that_wait_when_the_game_stops_are_logged(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    rig_tell(r, 1, HOST, "game2");
    ask(r, 1);
    rig_stop(r); /* it does not wait for them */
    assert_true(
        rig_logged(r, "service_call_dropped service=Desk shard=0 method=Ask why=\"the game stops"));
    rig_destroy(r);
}

static void who_calls_too_much_is_told(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    rig_tell(r, 1, HOST, "game2");
    int64_t waiting = 0;
    while (ask(r, waiting + 1) == GW_OK)
        waiting++;
    assert_int_equal(ask(r, 0), GW_EFULL);
    assert_int_equal(world_stats(game_world(r->game))->service_calls_dropped.count, 2);
    assert_true(waiting > 1000 && waiting < 100000);
    rig_pass(r, GW_SERVICE_WAIT_MS);
    assert_int_equal(world_stats(game_world(r->game))->service_calls_dropped.count, 2 + waiting);
    assert_int_equal(ask(r, 1), GW_OK); /* there is room again */
    rig_destroy(r);
}

static void a_call_to_what_is_not_there_is_refused(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    struct scope before = world_enter(game_world(r->game), NULL);
    assert_int_equal(Desk_service_Ask(gw_shard(1), 1, ""), GW_EINVAL);
    assert_int_equal(Vault_service_Put(gw_any_shard(), 1), GW_EINVAL); /* not in its table */
    assert_false(gw_service_is_ready(&Vault_type));
    assert_true(gw_id_is_none(gw_service_entity(&Desk_type, 1)));
    assert_int_equal(gw_service_shard_of(&Door_type, "x"), 0);
    world_leave(game_world(r->game), before);
    assert_true(rig_logged(r, "a call to a shard that the service does not have"));
    rig_destroy(r);
}

static void the_engine_alone_creates_services(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    gw_id id = id_str(FAR_ID);
    RECEIVE(&r->links[0], create_entity_somewhere, .entity = id, .type = view_str("Desk"),
            .attrs = {(const uint8_t *)"\xc0", 1});
    assert_null(the_entity(r, &Desk_type));
    assert_true(rig_logged(r, "services are created by the engine"));
    rig_destroy(r);
}

/* ---- dispatchers that come again ------------------------------------------------------------ */

static void assert_restored(struct rig *r, unsigned index, uint16_t owner, const char *key)
{
    struct view payload;
    struct msg_kvreg_restore m;
    assert_true(rig_next(r, index, &payload));
    assert_true(msg_kvreg_restore_read(payload, &m));
    assert_int_equal(m.game, owner);
    assert_true(view_equals(m.key, key));
}

static void a_dispatcher_that_was_started_anew_is_given_its_keys(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    rig_tell(r, 1, HOST, "game2");
    rig_tell(r, 0, ENTITY, FAR_ID);
    rig_tell(r, 0, "Service/Mail#2",
             "game3"); /* a service that this game has not; 3 is not there */
    assert_int_equal(registry_stats(game_registry(r->game))->keys, 3);
    rig_hang_up(r, 0);
    rig_connect(r, 0, 99);
    rig_take_in(r, 0, true, NULL);
    assert_silent(r); /* it may be the one from before, which has dropped them */
    assert_knows(r, FAR_ID);
    rig_say_hello(r, 0);
    assert_restored(r, 0, 2, ENTITY);
    assert_silent(r);
    assert_knows(r, FAR_ID); /* calls go on */
    assert_int_equal(registry_stats(game_registry(r->game))->keys, 2);
    rig_tell(r, 0, ENTITY, FAR_ID);
    rig_hang_up(r, 1);
    rig_connect(r, 1, 98);
    rig_take_in(r, 1, true, NULL);
    rig_say_hello(r, 1);
    assert_restored(r, 1, 2, HOST);
    rig_tell(r, 1, HOST, NULL); /* its game has not come back */
    rig_pass(r, 400);
    assert_written(r, 1, HOST, "game1", false);
    rig_destroy(r);
}

static void a_dispatcher_that_lived_on_is_believed(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    rig_tell(r, 1, HOST, "game2");
    rig_tell(r, 0, ENTITY, FAR_ID);
    rig_hang_up(r, 0);
    rig_connect(r, 0, 70);
    rig_take_in(r, 0, true, NULL);
    rig_say_hello(r, 0);
    assert_silent(r);
    assert_true(gw_id_is_none(known(r)));
    rig_destroy(r);
}

/* It is there and may say so, whatever the dispatcher has been through. */
static void a_game_writes_its_own_keys_again_at_once(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    char text[17];
    gw_id id = get_desk(r);
    id_text(id, text);
    for (unsigned i = 0; i < 2; i++)
        rig_hang_up(r, i);
    rig_connect(r, 0, 99);
    rig_take_in(r, 0, true, NULL);
    assert_written(r, 0, ENTITY, text, false);
    rig_say_hello(r, 0);
    assert_silent(r);
    rig_connect(r, 1, 71);
    rig_take_in(r, 1, true, NULL);
    assert_written(r, 1, HOST, "game1", false);
    rig_say_hello(r, 1);
    assert_silent(r);
    assert_true(gw_id_equal(the_entity(r, &Desk_type)->id, id)); /* it did not even end */
    rig_destroy(r);
}

static void a_shard_that_was_taken_meanwhile_is_lost(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    get_desk(r);
    rig_hang_up(r, 1);
    rig_connect(r, 1, 71);
    rig_take_in(r, 1, true, HOST, "game2", NULL);
    assert_null(the_entity(r, &Desk_type));
    rig_destroy(r);
}

static void what_an_earlier_life_had_is_given_back(void **state)
{
    (void)state;
    struct rig *r = rig_create(&desks, "Door", 2);
    for (unsigned i = 0; i < 2; i++) {
        rig_connect(r, i, 70 + i);
        if (i)
            rig_take_in(r, i, true, HOST, "game1", NULL);
        else
            rig_take_in(r, i, true, ENTITY, FAR_ID, VAULT_HOST, "game1", NULL);
        rig_say_hello(r, i);
    }
    assert_null(the_entity(r, &Desk_type));
    assert_released(r, 1, HOST, "game1");
    struct view payload;
    assert_false(rig_next(r, 1, &payload));
    rig_tell(r, 0, VAULT_HOST, "game1"); /* that program had a service which this one has not */
    assert_released(r, 0, VAULT_HOST, "game1");
    rig_tell(r, 1, HOST, NULL);
    rig_pass(r, 400);
    assert_written(r, 1, HOST, "game1", false);
    rig_destroy(r);
}

/* One of GoWorld's own takes nothing back: the shard is kept, else nobody had it. */
static void a_dispatcher_without_hello_is_obeyed(void **state)
{
    (void)state;
    struct rig *r = rig_create(&desks, "Door", 2);
    for (unsigned i = 0; i < 2; i++) {
        rig_connect(r, i, 70 + i);
        rig_take_in(r, i, true, HOST, "game1", NULL);
    }
    assert_null(the_entity(r, &Desk_type));
    rig_pass(r, 1000);
    assert_non_null(the_entity(r, &Desk_type));
    rig_destroy(r);
}

static void a_key_from_a_dispatcher_that_does_not_serve_it_is_refused(void **state)
{
    (void)state;
    struct rig *r = rig_of(&desks);
    rig_tell(r, 0, HOST, "game2");
    rig_tell(r, 0, HOST, NULL);
    assert_int_equal(registry_stats(game_registry(r->game))->refused, 1);
    assert_int_equal(registry_stats(game_registry(r->game))->keys, 0);
    rig_destroy(r);
}

/* ---- tables --------------------------------------------------------------------------------- */

static void assert_no_world(const gw_entity_type *type, const char *boot, const char *why)
{
    const gw_entity_type *const types[] = {&Door_type, type, NULL};
    const gw_game game = {.types = types};
    const struct clock clock = {.now_ms = 1000};
    const struct log log = {.process = "game1", .write = quiet_log_write};
    struct world_desc desc = {.game = &game, .boot_entity = boot, .clock = &clock, .log = &log};
    struct world *w;
    char *error = NULL;
    assert_int_equal(world_create(&desc, &w, &error), GW_EINVAL);
    assert_non_null(strstr(error, why));
    free(error);
}

static void a_wrong_service_starts_no_game(void **state)
{
    (void)state;
    gw_entity_type type = {.name = "A/B", .size = sizeof(Desk), .service_shards = 1};
    assert_no_world(&type, "Door", "may not hold # or /");
    type.name = "AB";
    assert_no_world(&type, "AB", "that type is a service");
    type.service_shards = GW_SERVICE_SHARDS_MAX + 1;
    assert_no_world(&type, "Door", "more than 8192 shards");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_free_shard_is_asked_for_created_and_then_named),
        cmocka_unit_test(nothing_is_asked_for_before_all_are_there),
        cmocka_unit_test(a_shard_that_another_game_has_is_left_to_it),
        cmocka_unit_test(a_claim_that_nobody_answers_is_made_again),
        cmocka_unit_test(the_loser_ends_its_copy_and_takes_nothing_back),
        cmocka_unit_test(a_game_that_is_cut_off_ends_its_copy_when_it_hears_of_another),
        cmocka_unit_test(another_entity_under_the_name_of_ours_is_put_right),
        cmocka_unit_test(a_shard_that_ends_is_given_up_and_competed_for),
        cmocka_unit_test(a_persistent_shard_is_given_up_when_it_is_saved_and_is_the_same_again),
        cmocka_unit_test(a_game_that_stops_gives_its_shards_up),
        cmocka_unit_test(calls_wait_for_the_shard_and_keep_their_order),
        cmocka_unit_test(calls_to_a_shard_of_this_game_are_made_here),
        cmocka_unit_test(a_call_that_has_waited_too_long_is_dropped_and_counted),
        cmocka_unit_test(calls_that_wait_when_the_game_stops_are_logged),
        cmocka_unit_test(who_calls_too_much_is_told),
        cmocka_unit_test(a_call_to_what_is_not_there_is_refused),
        cmocka_unit_test(the_engine_alone_creates_services),
        cmocka_unit_test(a_dispatcher_that_was_started_anew_is_given_its_keys),
        cmocka_unit_test(a_dispatcher_that_lived_on_is_believed),
        cmocka_unit_test(a_game_writes_its_own_keys_again_at_once),
        cmocka_unit_test(a_shard_that_was_taken_meanwhile_is_lost),
        cmocka_unit_test(what_an_earlier_life_had_is_given_back),
        cmocka_unit_test(a_dispatcher_without_hello_is_obeyed),
        cmocka_unit_test(a_key_from_a_dispatcher_that_does_not_serve_it_is_refused),
        cmocka_unit_test(a_wrong_service_starts_no_game),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
