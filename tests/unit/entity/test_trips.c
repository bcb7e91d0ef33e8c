/* Trips: the way of an entity into a space on another game, and from one. */
#include "walker.h"

#include "entity/timer.h"
#include "wire/msgpack.h"

#include <stdio.h>

#define FAR_GAME 2
#define LEAVE_MS 30000 /* how long it may be kept here */
#define KEEP_MS 30000  /* how long what has left is kept */

/* ---- leaving -------------------------------------------------------------------------------- */

static gw_id far_space(void)
{
    return fixture_id("far");
}

/* Ann, in a place, is to go far away; all that was sent before is passed over. */
static Walker *ann_wishes(struct fixture *f)
{
    Walker *ann = NULL;
    fixture_work(f); /* the nil space is there */
    GAME(f)
    {
        ann = walker_in(walker_place(1, 10), "ann", 0, 0);
        GW_SET(ann, hp, 7);
        assert_int_equal(gw_enter_space(&ann->base, far_space(), (gw_vec3){1, 2, 3}), GW_OK);
    }
    return ann;
}

static void answer_where(struct fixture *f, gw_id id)
{
    world_space_found(f->world, far_space(), id, FAR_GAME);
}

/* The state that the departure of one that wishes it has sent. */
static struct buf see_off(struct fixture *f, gw_id id)
{
    answer_where(f, id);
    fixture_skip(f);
    world_migrate_granted(f->world, id);
    fixture_pass(f, 10);
    struct view packet;
    struct msg_real_migrate m = {0};
    while ((packet = fixture_next(f)).size && !msg_real_migrate_read(packet, &m))
        ;
    assert_true(gw_id_equal(m.entity, id));
    assert_int_equal(m.game, FAR_GAME);
    struct buf state = {0};
    buf_append(&state, m.state.data, m.state.size);
    return state;
}

/* The same; `id` is Ann's, who has a timer. */
static struct buf depart(struct fixture *f, gw_id *id)
{
    Walker *ann = ann_wishes(f);
    *id = ann->base.id;
    GAME(f)
    Walker_every_Tick(ann, 1000, 7);
    return see_off(f, *id);
}

/* The same of a walker with client "c1", which was at (3, 0, 4). */
static struct buf depart_with_client(struct fixture *f, gw_id *id)
{
    gw_entity *walker = fixture_connect(f, "c1");
    *id = walker->id;
    GAME(f)
    assert_int_equal(gw_enter_space(walker, walker_place(1, 10)->id, (gw_vec3){3, 0, 4}), GW_OK);
    GAME(f)
    assert_int_equal(gw_enter_space(walker, far_space(), (gw_vec3){1, 2, 3}), GW_OK);
    return see_off(f, *id);
}

static void it_asks_where_then_for_the_hold_then_it_goes(void **state)
{
    struct fixture *f = *state;
    gw_id id = ann_wishes(f)->base.id;
    struct view packet;
    struct msg_query_space_gameid_for_migrate where;
    while ((packet = fixture_next(f)).size &&
           !msg_query_space_gameid_for_migrate_read(packet, &where))
        ;
    assert_true(gw_id_equal(where.space, far_space()) && gw_id_equal(where.entity, id));
    answer_where(f, id);
    struct msg_migrate_request hold;
    assert_true(msg_migrate_request_read(fixture_next(f), &hold));
    assert_int_equal(hold.space_game, FAR_GAME);
    walker_listen();
    world_migrate_granted(f->world, id);
    assert_happened("");
    fixture_pass(f, 10);
    assert_happened("leaves(ann,1) left(1,ann) migrates_out(ann) ");
    assert_null(fixture_find(f, id));
    struct msg_real_migrate gone;
    assert_true(msg_real_migrate_read(fixture_next(f), &gone));
    assert_int_equal(fixture_next_type(f), 0); /* it has not ended */
}

static void an_answer_that_does_not_come_is_not_waited_for_for_ever(void **state)
{
    struct fixture *f = *state;
    Walker *ann = NULL;
    GAME(f)
    {
        ann = walker_in(walker_place(1, 10), "ann", 0, 0);
        assert_int_equal(gw_enter_space(&ann->base, fixture_id("far"), (gw_vec3){0}), GW_OK);
    }
    fixture_work(f);
    walker_listen();
    fixture_pass(f, GW_ENTER_SPACE_MS - 1);
    assert_happened("");
    fixture_pass(f, 1);
    assert_happened("fails:farxxxxxxxxxxxxx:-10(ann) ");
}

static void one_that_was_refused_stays_and_calls_keep_their_order(void **state)
{
    struct fixture *f = *state;
    Walker *ann = ann_wishes(f);
    answer_where(f, ann->base.id);
    fixture_skip(f);
    GAME(f)
    Walker_call_Tick(ann->base.id, 1);
    assert_int_equal(fixture_next_type(f),
                     MSG_CALL_ENTITY_METHOD); /* it may be gone when that comes */
    walker_listen();
    world_migrate_refused(f->world, ann->base.id);
    assert_happened("fails:farxxxxxxxxxxxxx:-12(ann) ");
    assert_int_equal(fixture_next_type(f), MSG_CANCEL_MIGRATE);
    assert_int_equal(fixture_next_type(f), MSG_CALL_ENTITY_METHOD); /* the fence */
    GAME(f)
    Walker_call_Tick(ann->base.id, 2);
    assert_int_equal(fixture_next_type(f), MSG_CALL_ENTITY_METHOD);
    assert_happened("");
}

/* Its calls are behind the registration, and others must not overtake them. */
static void a_dispatcher_that_was_started_again_is_asked_anew(void **state)
{
    struct fixture *f = *state;
    Walker *ann = ann_wishes(f);
    answer_where(f, ann->base.id);
    fixture_skip(f);
    world_restart_trips(f->world, fixture_concerns_all, NULL);
    assert_int_equal(fixture_next_type(f), MSG_CALL_ENTITY_METHOD); /* the fence */
    assert_int_equal(fixture_next_type(f), MSG_QUERY_SPACE_GAMEID_FOR_MIGRATE);
    walker_listen();
    GAME(f)
    Walker_call_Tick(ann->base.id, 1);
    assert_int_equal(fixture_next_type(f), MSG_CALL_ENTITY_METHOD);
    assert_happened("");
}

static void wish_again(const char *hook, gw_entity *self, const gw_entity *other)
{
    (void)other;
    if (strcmp(hook, "leaves") == 0 || strcmp(hook, "migrates_out") == 0)
        assert_int_equal(gw_enter_space(self, far_space(), (gw_vec3){0}), GW_ECANCELED);
}

static void one_that_leaves_takes_no_other_way(void **state)
{
    struct fixture *f = *state;
    gw_id id = ann_wishes(f)->base.id;
    answer_where(f, id);
    walker_told = wish_again;
    world_migrate_granted(f->world, id);
    fixture_pass(f, 10);
    walker_told = NULL;
    assert_null(fixture_find(f, id));
    assert_int_equal(f->world->trips.by_entity.count, 0);
    answer_where(f, id);
    fixture_pass(f, GW_ENTER_SPACE_MS);
}

static void what_is_not_known_to_have_arrived_is_sent_again(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf gone = depart(f, &id);
    world_resend_leavers(f->world, fixture_concerns_all, NULL);
    assert_int_equal(fixture_next_type(f), MSG_REAL_MIGRATE);
    world_migrated(f->world, id);
    world_resend_leavers(f->world, fixture_concerns_all, NULL);
    assert_int_equal(fixture_next_type(f), 0);
    buf_free(&gone);
}

static void what_has_left_long_ago_is_kept_no_more(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf gone = depart(f, &id);
    fixture_pass(f, KEEP_MS - 1);
    world_resend_leavers(f->world, fixture_concerns_all, NULL);
    assert_int_equal(fixture_next_type(f), MSG_REAL_MIGRATE);
    fixture_pass(f, 1);
    world_resend_leavers(f->world, fixture_concerns_all, NULL);
    assert_int_equal(fixture_next_type(f), 0);
    buf_free(&gone);
}

/* ---- what keeps one here -------------------------------------------------------------------- */

/* Ann may leave as soon as nothing keeps her; what that sent is passed over. */
static void may_leave(struct fixture *f, gw_id id)
{
    answer_where(f, id);
    world_migrate_granted(f->world, id);
    fixture_skip(f);
    walker_listen();
}

#define LEAVES "leaves(ann,1) left(1,ann) migrates_out(ann) "

static void expect_to_leave(struct fixture *f, gw_id id, const char *happened)
{
    fixture_pass(f, 10);
    assert_happened(happened);
    assert_int_equal(fixture_next_type(f), MSG_REAL_MIGRATE);
    assert_null(fixture_find(f, id));
}

static void expect_to_stay(struct fixture *f, gw_id id)
{
    assert_happened("fails:farxxxxxxxxxxxxx:-10(ann) ");
    assert_int_equal(fixture_next_type(f), MSG_CANCEL_MIGRATE);
    assert_int_equal(fixture_next_type(f), MSG_CALL_ENTITY_METHOD); /* the fence */
    assert_non_null(fixture_find(f, id));
    assert_int_equal(f->world->trips.by_entity.count, 0);
}

static void a_fiber_that_runs_keeps_one_until_it_ends(void **state)
{
    struct fixture *f = *state;
    gw_id id = ann_wishes(f)->base.id;
    fixture_call(f, id, "Rest", "64");
    may_leave(f, id);
    fixture_pass(f, 90);
    assert_happened("");
    expect_to_leave(f, id, "rested:0(ann) " LEAVES);
}

static void a_fiber_that_does_not_end_is_canceled(void **state)
{
    struct fixture *f = *state;
    gw_id id = ann_wishes(f)->base.id;
    fixture_call(f, id, "Rest", "cd2710");
    may_leave(f, id);
    fixture_pass(f, GW_MIGRATE_FIBERS_MS - 1);
    assert_happened("");
    fixture_pass(f, 1);
    expect_to_leave(f, id, "rested:-4(ann) " LEAVES);
}

/* A scribe, whose save runs, may leave. */
static gw_id scribe_leaves(struct fixture *f)
{
    gw_id id = {0};
    fixture_work(f);
    GAME(f)
    {
        Walker *ann = (Walker *)gw_create_in(&Scribe_type, walker_place(1, 10), (gw_vec3){0});
        snprintf(ann->name, sizeof ann->name, "ann");
        id = ann->base.id;
        gw_save(&ann->base);
        assert_int_equal(gw_enter_space(&ann->base, far_space(), (gw_vec3){0}), GW_OK);
    }
    may_leave(f, id);
    return id;
}

/* What it is there is newer. */
static void one_that_lives_here_again_is_not_sent_again(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf gone = depart(f, &id);
    GAME(f)
    entity_begin(f->world,
                 entity_new(f->world, world_type(f->world, &Walker_type), id, ENTITY_CREATED_HERE));
    fixture_skip(f);
    world_resend_leavers(f->world, fixture_concerns_all, NULL);
    assert_int_equal(fixture_next_type(f), 0);
    buf_free(&gone);
}

static void save(const char *hook, gw_entity *self, const gw_entity *other)
{
    (void)other;
    if (strcmp(hook, "leaves") == 0 || strcmp(hook, "migrates_out") == 0)
        gw_save(self);
}

static void one_that_leaves_is_not_saved_here(void **state)
{
    struct fixture *f = *state;
    gw_id id = scribe_leaves(f);
    uint64_t saves = world_stats(f->world)->saves;
    walker_told = save;
    fixture_work(f);
    fixture_pass(f, 10);
    walker_told = NULL;
    assert_null(fixture_find(f, id));
    assert_int_equal(world_stats(f->world)->saves, saves);
}

/* It could come behind one of the other game. */
static void a_save_that_runs_keeps_one_until_it_ends(void **state)
{
    struct fixture *f = *state;
    gw_id id = scribe_leaves(f);
    fixture_pass(f, 10);
    assert_happened("");
    fixture_work(f);
    expect_to_leave(f, id, LEAVES);
}

static void one_that_is_kept_for_too_long_stays(void **state)
{
    struct fixture *f = *state;
    gw_id id = scribe_leaves(f);
    fixture_pass(f, LEAVE_MS - 1);
    assert_happened("");
    fixture_pass(f, 1);
    expect_to_stay(f, id);
    fixture_work(f);
    assert_happened("");
}

/* Neither the hold nor a dispatcher that is asked anew gives it more time. */
static void a_trip_has_so_long_in_all(void **state)
{
    struct fixture *f = *state;
    gw_id id = scribe_leaves(f);
    walker_listen();
    for (int i = 0; i < 11; i++) {
        fixture_pass(f, 10000);
        world_restart_trips(f->world, fixture_concerns_all, NULL);
        answer_where(f, id);
        world_migrate_granted(f->world, id);
    }
    fixture_pass(f, 9000);
    assert_happened("");
    fixture_pass(f, 1000);
    assert_happened("fails:farxxxxxxxxxxxxx:-10(ann) ");
    fixture_work(f);
}

static void one_whose_dispatcher_is_away_stays_until_that_is_back(void **state)
{
    struct fixture *f = *state;
    gw_id id = ann_wishes(f)->base.id;
    may_leave(f, id);
    f->is_cut_off = true;
    fixture_pass(f, 10);
    assert_happened("");
    f->is_cut_off = false;
    expect_to_leave(f, id, LEAVES);
}

static void a_hold_that_comes_too_late_is_given_back(void **state)
{
    struct fixture *f = *state;
    gw_id id = ann_wishes(f)->base.id;
    answer_where(f, id);
    fixture_skip(f);
    walker_listen();
    fixture_pass(f, GW_ENTER_SPACE_MS - 1);
    assert_happened("");
    fixture_pass(f, 1);
    expect_to_stay(f, id);
    world_migrate_granted(f->world, id);
    assert_int_equal(fixture_next_type(f), MSG_CANCEL_MIGRATE);
    fixture_pass(f, 10);
    assert_happened("");
}

/* ---- arriving ------------------------------------------------------------------------------- */

/* As game 3 would have sent it. */
static void come_from_elsewhere(struct buf *gone)
{
    static const char key[] = "GW_Game\xd3\0\0\0\0\0\0\0";
    uint8_t *at = memmem(gone->data, gone->size, key, sizeof key - 1);
    assert_non_null(at);
    at[sizeof key - 1] = 3;
}

static void one_that_finds_no_space_is_where_it_was_and_its_client_knows(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf gone = depart_with_client(f, &id);
    come_from_elsewhere(&gone);
    world_migrate_in(f->world, id, 1, view_of(&gone));
    const gw_entity *walker = fixture_find(f, id);
    assert_true(gw_position(walker).x == 3 && gw_position(walker).z == 4);
    fixture_pass(f, 100);
    struct view packet;
    struct msg_sync_positions m = {0};
    while ((packet = fixture_next(f)).size && !msg_sync_positions_read(packet, &m))
        ;
    assert_true(m.records.size > 4 + sizeof id);
    assert_memory_equal(m.records.data + 4, id.text, sizeof id);
    buf_free(&gone);
}

/* It may have gone while its entity was between the games. */
static void one_that_comes_asks_for_its_client(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf gone = depart_with_client(f, &id);
    world_migrate_in(f->world, id, 1, view_of(&gone));
    struct view packet;
    struct msg_check_client m = {0};
    while ((packet = fixture_next(f)).size && !msg_check_client_read(packet, &m))
        ;
    assert_int_equal(m.gate, FIXTURE_GATE);
    assert_true(gw_id_equal(m.client, fixture_id("c1")) && gw_id_equal(m.entity, id));
    buf_free(&gone);
}

static void one_that_comes_is_what_it_was(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf gone = depart(f, &id);
    come_from_elsewhere(&gone);
    walker_listen();
    world_migrate_in(f->world, id, 1, view_of(&gone));
    assert_happened("migrates_in() fails:farxxxxxxxxxxxxx:-2() "); /* no such space is here */
    const Walker *ann = (const Walker *)fixture_find(f, id);
    assert_non_null(ann);
    assert_int_equal(ann->hp, 7);
    world_migrate_in(f->world, id, 1, view_of(&gone)); /* once more: it is there */
    assert_happened("");
    fixture_pass(f, 1000);
    assert_happened("tick:7() ");
    buf_free(&gone);
}

/* A game of another version, which calls `hp` otherwise. */
static void come_from_another_version(struct buf *gone)
{
    come_from_elsewhere(gone);
    uint8_t *name = memmem(gone->data, gone->size, "\xa2hp", 3);
    assert_non_null(name);
    name[2] = 'q';
}

/* The only attribute that the client is told of, or "". */
static struct view only_told(struct fixture *f)
{
    struct view packet, key = {0};
    struct msg_notify_map_attr_change m;
    while ((packet = fixture_next(f)).size)
        if (msg_notify_map_attr_change_read(packet, &m)) {
            assert_null(key.data);
            key = m.key;
        }
    return key;
}

static void what_it_was_not_elsewhere_its_client_is_told(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf gone = depart_with_client(f, &id);
    come_from_another_version(&gone);
    world_migrate_in(f->world, id, 1, view_of(&gone));
    assert_true(view_equals(only_told(f), "hp"));
    buf_free(&gone);
}

static void what_it_was_elsewhere_its_client_knows(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf gone = depart_with_client(f, &id);
    come_from_elsewhere(&gone);
    world_migrate_in(f->world, id, 1, view_of(&gone));
    assert_null(only_told(f).data);
    buf_free(&gone);
}

/* Another walker, on a journey of its own. */
static void come_as(struct fixture *f, const char *name, struct buf *gone)
{
    static const char key[] = "GW_Journey\xb0";
    gw_id id = fixture_id(name);
    uint8_t *journey = memmem(gone->data, gone->size, key, sizeof key - 1);
    assert_non_null(journey);
    memcpy(journey + sizeof key - 1, id.text, sizeof id.text);
    world_migrate_in(f->world, id, 1, view_of(gone));
    const Walker *walker = (const Walker *)fixture_find(f, id);
    assert_non_null(walker);
    assert_int_equal(walker->hp, 0);
}

static size_t times_logged(const struct fixture *f, const char *text)
{
    size_t count = 0, size = strlen(text);
    const uint8_t *at = f->logged.data, *end = at + f->logged.size;
    for (; at && (at = memmem(at, (size_t)(end - at), text, size)); at += size)
        count++;
    return count;
}

static void what_does_not_fit_of_those_that_come_is_counted_and_seldom_said(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf gone = depart(f, &id);
    come_from_another_version(&gone);
    come_as(f, "ben", &gone);
    come_as(f, "cat", &gone);
    come_as(f, "dan", &gone);
    assert_int_equal(times_logged(f, "attribute_dropped"), 1);
    assert_true(fixture_logged(f, "attribute=\"hq\" why=\"there is no such field\" held_back=0"));
    fixture_pass(f, LOG_LIMIT_INTERVAL_MS);
    come_as(f, "eve", &gone);
    assert_int_equal(times_logged(f, "attribute_dropped"), 2);
    assert_true(fixture_logged(f, "held_back=2"));
    assert_int_equal(world_stats(f->world)->attributes_dropped.count, 4);
    buf_free(&gone);
}

static void one_that_has_ended_does_not_come_to_life_again(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf gone = depart(f, &id);
    come_from_elsewhere(&gone);
    world_migrate_in(f->world, id, 1, view_of(&gone));
    GAME(f)
    gw_destroy(fixture_find(f, id));
    fixture_skip(f);
    world_migrate_in(f->world, id, 1, view_of(&gone));
    assert_null(fixture_find(f, id));
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_DESTROY_ENTITY);
    assert_int_equal(fixture_next_type(f), 0); /* nobody is told that it has arrived here */
    fixture_pass(f, KEEP_MS);
    assert_int_equal(f->world->arrivals.by_journey.count, 0);
    buf_free(&gone);
}

/* What it had sent to come here is sent once more, while it is on its way back. */
static void one_that_has_left_again_is_kept_whatever_comes_late(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf came = {0}, gone = depart(f, &id);
    buf_append(&came, gone.data, gone.size);
    come_from_elsewhere(&came);
    world_migrate_in(f->world, id, 1, view_of(&came));
    assert_non_null(fixture_find(f, id));
    GAME(f)
    assert_int_equal(gw_enter_space(fixture_find(f, id), far_space(), (gw_vec3){0}), GW_OK);
    struct buf back = see_off(f, id);
    world_migrate_in(f->world, id, 1, view_of(&came));
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_DESTROY_ENTITY);
    world_resend_leavers(f->world, fixture_concerns_all, NULL);
    assert_int_equal(fixture_next_type(f), MSG_REAL_MIGRATE);
    buf_free(&came);
    buf_free(&gone);
    buf_free(&back);
}

/* Its type's name is changed on the way: nobody has that. */
static void one_of_an_unknown_type_goes_back(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf gone = depart(f, &id);
    uint8_t *type = memmem(gone.data, gone.size, "Walker", 6);
    memcpy(type, "Wanderer", 6);
    world_migrate_in(f->world, id, 1, view_of(&gone)); /* it has come back in vain */
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_DESTROY_ENTITY);
    come_from_elsewhere(&gone);
    world_migrate_in(f->world, id, 1, view_of(&gone));
    struct msg_real_migrate back;
    assert_true(msg_real_migrate_read(fixture_next(f), &back));
    assert_int_equal(back.game, 3);
    assert_true(gw_id_equal(back.entity, id));
    assert_int_equal(back.state.size, gone.size);
    assert_memory_equal(back.state.data, gone.data, gone.size);
    assert_int_equal(fixture_next_type(f), 0);
    world_migrate_in(f->world, id, 3, view_of(&gone)); /* that game is gone: no more to and fro */
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_DESTROY_ENTITY);
    assert_int_equal(fixture_next_type(f), 0);
    buf_free(&gone);
}

static void one_that_was_sent_back_is_where_it_was(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf gone = depart(f, &id);
    walker_listen();
    world_migrate_in(f->world, id, 1, view_of(&gone));
    assert_happened("migrates_in() enters() entered(1,) fails:farxxxxxxxxxxxxx:-12() ");
    buf_free(&gone);
}

static void one_that_cannot_be_read_takes_its_client_along(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf gone = depart_with_client(f, &id);
    uint8_t *position = memmem(gone.data, gone.size, "\xa3Pos", 4);
    position[4] = 0x01;
    fixture_skip(f);
    world_migrate_in(f->world, id, 1, view_of(&gone));
    assert_int_equal(fixture_next_type(f), MSG_CLOSE_CLIENT);
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_DESTROY_ENTITY);
    assert_int_equal(world_stats(f->world)->entity_packets_bad.count, 1);
    buf_free(&gone);
}

static void what_cannot_be_read_ends_nobody_who_lives(void **state)
{
    struct fixture *f = *state;
    gw_id id = ann_wishes(f)->base.id;
    fixture_skip(f);
    world_migrate_in(f->world, id, 1, (struct view){0});
    assert_int_equal(fixture_next_type(f), 0);
    assert_non_null(fixture_find(f, id));
}

static void one_that_could_not_be_passed_on_is_back_where_it_was(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf gone = depart(f, &id);
    walker_listen();
    world_migrate_in(f->world, id, FAR_GAME, view_of(&gone));
    assert_happened("migrates_in() enters() entered(1,) fails:farxxxxxxxxxxxxx:-12() ");
    assert_int_equal(gw_space_kind(&entity_of(fixture_find(f, id))->space->entity->base), 1);
    buf_free(&gone);
}

static void write_text(struct buf *b, const char *text)
{
    msgpack_write_str(b, text, strlen(text));
}

/* A brief with a client and a timer, on its way to the nil space. */
static void write_brief(struct fixture *f, struct buf *b)
{
    struct buf timers = {0};
    Walker *ann = NULL;
    GAME(f)
    {
        ann = GW_CREATE(Walker);
        Walker_every_Tick(ann, 1000, 7);
        timers_write(f->world, entity_of(&ann->base), &timers);
        gw_destroy(&ann->base);
    }
    msgpack_write_map(b, 3);
    write_text(b, "T");
    write_text(b, "Brief");
    write_text(b, "C");
    msgpack_write_map(b, 2);
    write_text(b, "ClientID");
    msgpack_write_str(b, fixture_id("client").text, sizeof(gw_id));
    write_text(b, "GateID");
    msgpack_write_u16(b, FIXTURE_GATE);
    write_text(b, "TD");
    msgpack_write_bin(b, timers.data, timers.size);
    buf_free(&timers);
}

static void one_that_ends_in_its_first_hook_takes_its_client_along(void **state)
{
    struct fixture *f = *state;
    struct buf brief = {0};
    write_brief(f, &brief);
    fixture_skip(f);
    world_migrate_in(f->world, fixture_id("brief"), 1, view_of(&brief));
    assert_null(fixture_find(f, fixture_id("brief")));
    assert_int_equal(world_stats(f->world)->clients, 0);
    uint16_t type, closed = 0;
    while ((type = fixture_next_type(f)))
        closed |= type == MSG_CLOSE_CLIENT;
    assert_true(closed);
    fixture_pass(f, 1);
    fixture_pass(f, 3000); /* no timer of it is left */
    buf_free(&brief);
}

/* ---- timers on their way --------------------------------------------------------------------- */

/* As GoWorld's own code writes the timer Tick(7), each second from 1700000000.005. */
static const uint8_t tick[] = "\x91\x85\xa8"
                              "FireTime"
                              "\xd7\xff\x01\x31\x2d\x00\x65\x53\xf1\x00\xae"
                              "RepeatInterval"
                              "\xd3\x00\x00\x00\x00\x3b\x9a\xca\x00\xa6"
                              "Method\xa4"
                              "Tick\xa4"
                              "Args\x91\xd3\x00\x00\x00\x00\x00\x00\x00\x07\xa6"
                              "Repeat\xc3";

static void timers_travel_as_goworld_writes_them(void **state)
{
    struct fixture *f = *state;
    struct buf written = {0};
    Walker *ann = NULL, *bob = NULL;
    fixture_pass(f, 5); /* to 1700000000.005 */
    GAME(f)
    {
        ann = GW_CREATE(Walker);
        Walker_every_Tick(ann, 1000, 7);
        bob = GW_CREATE(Walker);
    }
    f->clock.wall_ms -= 1000; /* its first tick is then */
    timers_write(f->world, entity_of(&ann->base), &written);
    assert_int_equal(written.size, sizeof tick - 1);
    assert_memory_equal(written.data, tick, written.size);
    GAME(f)
    {
        snprintf(bob->name, sizeof bob->name, "bob");
        timers_read(f->world, entity_of(&bob->base), view_of(&written));
        gw_destroy(&ann->base);
    }
    buf_free(&written);
    walker_listen();
    fixture_pass(f, 999);
    assert_happened("");
    fixture_pass(f, 1);
    assert_happened("tick:7(bob) ");
    fixture_pass(f, 1000);
    assert_happened("tick:7(bob) ");
}

/* ---- and the game goes on in another process meanwhile -------------------------------------- */

/* A walker's name is no attribute, and stays behind. */
static void reload(struct fixture *f)
{
    size_t sent = f->sent.size;
    char *error = fixture_reload(f, &walker_game, "Walker");
    assert_null(error);
    assert_int_equal(f->sent.size, sent);
}

static void a_trip_goes_on_in_another_process_wherever_it_was(void **state)
{
    struct fixture *f = *state;
    gw_id id = ann_wishes(f)->base.id;
    reload(f);
    fixture_skip(f);
    answer_where(f, id);
    assert_int_equal(fixture_next_type(f), MSG_MIGRATE_REQUEST);
    reload(f);
    world_migrate_granted(f->world, id);
    reload(f);
    walker_listen();
    fixture_pass(f, 10);
    assert_happened("leaves(,1) left(1,) migrates_out() ");
    assert_int_equal(fixture_next_type(f), MSG_REAL_MIGRATE);
}

static void a_trip_has_no_more_time_in_another_process(void **state)
{
    struct fixture *f = *state;
    gw_id id = ann_wishes(f)->base.id;
    fixture_pass(f, GW_ENTER_SPACE_MS - 100);
    reload(f);
    walker_listen();
    fixture_pass(f, 99);
    assert_happened("");
    fixture_pass(f, 1);
    assert_happened("fails:farxxxxxxxxxxxxx:-10() ");
    assert_non_null(fixture_find(f, id));
}

static void what_has_left_is_sent_again_from_another_process(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf sent = depart(f, &id);
    reload(f);
    fixture_skip(f);
    world_resend_leavers(f->world, fixture_concerns_all, NULL);
    struct msg_real_migrate again;
    assert_true(msg_real_migrate_read(fixture_next(f), &again));
    assert_int_equal(again.state.size, sent.size);
    assert_memory_equal(again.state.data, sent.data, sent.size);
    buf_free(&sent);
}

static void a_journey_that_has_ended_is_known_in_another_process(void **state)
{
    struct fixture *f = *state;
    gw_id id;
    struct buf sent = depart(f, &id);
    world_migrate_in(f->world, id, 1, view_of(&sent));
    gw_entity *ann = fixture_find(f, id);
    assert_non_null(ann);
    GAME(f)
    gw_destroy(ann);
    fixture_work(f);
    reload(f);
    world_migrate_in(f->world, id, 1, view_of(&sent));
    assert_null(fixture_find(f, id));
    buf_free(&sent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WALKER_TEST(it_asks_where_then_for_the_hold_then_it_goes),
        WALKER_TEST(an_answer_that_does_not_come_is_not_waited_for_for_ever),
        WALKER_TEST(a_trip_has_so_long_in_all),
        WALKER_TEST(one_that_was_refused_stays_and_calls_keep_their_order),
        WALKER_TEST(a_dispatcher_that_was_started_again_is_asked_anew),
        WALKER_TEST(one_that_leaves_takes_no_other_way),
        WALKER_TEST(what_is_not_known_to_have_arrived_is_sent_again),
        WALKER_TEST(one_that_finds_no_space_is_where_it_was_and_its_client_knows),
        WALKER_TEST(one_that_comes_asks_for_its_client),
        WALKER_TEST(what_has_left_long_ago_is_kept_no_more),
        WALKER_TEST(a_fiber_that_runs_keeps_one_until_it_ends),
        WALKER_TEST(a_fiber_that_does_not_end_is_canceled),
        WALKER_TEST(a_save_that_runs_keeps_one_until_it_ends),
        WALKER_TEST(one_that_is_kept_for_too_long_stays),
        WALKER_TEST(one_whose_dispatcher_is_away_stays_until_that_is_back),
        WALKER_TEST(a_hold_that_comes_too_late_is_given_back),
        WALKER_TEST(one_that_comes_is_what_it_was),
        WALKER_TEST(what_it_was_not_elsewhere_its_client_is_told),
        WALKER_TEST(what_it_was_elsewhere_its_client_knows),
        WALKER_TEST(what_does_not_fit_of_those_that_come_is_counted_and_seldom_said),
        WALKER_TEST(one_that_lives_here_again_is_not_sent_again),
        WALKER_TEST(one_that_leaves_is_not_saved_here),
        WALKER_TEST(one_that_has_ended_does_not_come_to_life_again),
        WALKER_TEST(one_that_has_left_again_is_kept_whatever_comes_late),
        WALKER_TEST(one_of_an_unknown_type_goes_back),
        WALKER_TEST(one_that_was_sent_back_is_where_it_was),
        WALKER_TEST(one_that_cannot_be_read_takes_its_client_along),
        WALKER_TEST(what_cannot_be_read_ends_nobody_who_lives),
        WALKER_TEST(one_that_could_not_be_passed_on_is_back_where_it_was),
        WALKER_TEST(one_that_ends_in_its_first_hook_takes_its_client_along),
        WALKER_TEST(timers_travel_as_goworld_writes_them),
        WALKER_TEST(a_trip_goes_on_in_another_process_wherever_it_was),
        WALKER_TEST(a_trip_has_no_more_time_in_another_process),
        WALKER_TEST(what_has_left_is_sent_again_from_another_process),
        WALKER_TEST(a_journey_that_has_ended_is_known_in_another_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
