/* Positions: where entities are, and who hears of it when they move. */
#include "walker.h"

#include <math.h>

static void positions_are_finite(void **state)
{
    struct fixture *f = *state;
    GAME(f)
    {
        gw_entity *place = walker_place(1, 10);
        Walker *ann = walker_in(place, "ann", 1, 2);
        assert_int_equal(gw_set_position(&ann->base, (gw_vec3){NAN, 0, 0}), GW_EINVAL);
        assert_int_equal(gw_set_yaw(&ann->base, INFINITY), GW_EINVAL);
        assert_int_equal(gw_set_position(place, (gw_vec3){0}), GW_EINVAL);
        assert_true(gw_position(&ann->base).x == 1 && gw_yaw(&ann->base) == 0);
        gw_destroy(&ann->base);
        assert_int_equal(gw_set_position(&ann->base, (gw_vec3){0}), GW_ECANCELED);
    }
}

/* ---- arithmetic ----------------------------------------------------------------------------- */

static bool is_near(float a, float b)
{
    return fabsf(a - b) <= 1e-4f;
}

static void vectors_add_up(void **state)
{
    (void)state;
    gw_vec3 a = {1, 2, 3}, b = {4, 6, 3};
    gw_vec3 sum = gw_vec3_add(a, b), way = gw_vec3_sub(b, a), twice = gw_vec3_scale(a, 2);
    assert_true(sum.x == 5 && sum.y == 8 && sum.z == 6);
    assert_true(way.x == 3 && way.y == 4 && way.z == 0);
    assert_true(twice.x == 2 && twice.y == 4 && twice.z == 6);
    assert_true(gw_vec3_length(way) == 5);
    assert_true(gw_vec3_length((gw_vec3){3e30f, 4e30f, 0}) == 5e30f);
    gw_vec3 unit = gw_vec3_normalize(way), zero = gw_vec3_normalize((gw_vec3){0});
    assert_true(is_near(unit.x, 0.6f) && is_near(unit.y, 0.8f) && unit.z == 0);
    assert_true(zero.x == 0 && zero.y == 0 && zero.z == 0);
}

static void yaw_is_clockwise_from_z(void **state)
{
    struct fixture *f = *state;
    static const struct {
        gw_vec3 way;
        float yaw;
    } rows[] = {{{0, 0, 1}, 0},  {{1, 0, 0}, 90}, {{0, 0, -1}, 180}, {{-1, 0, 0}, 270},
                {{1, 5, 1}, 45}, {{0, 0, 0}, 0},  {{-1, 0, 1}, 315}, {{0, -3, 2}, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(is_near(gw_vec3_yaw(rows[i].way), rows[i].yaw));
    GAME(f)
    {
        gw_entity *place = walker_place(1, 10);
        Walker *ann = walker_in(place, "ann", 2, 2), *bob = walker_in(place, "bob", 5, -2);
        assert_int_equal(gw_face_to(&ann->base, (gw_vec3){-4, 0, 2}), GW_OK);
        assert_true(is_near(gw_yaw(&ann->base), 270));
        assert_true(gw_distance(&ann->base, &bob->base) == 5);
    }
}

/* ---- positions on their way to clients ------------------------------------------------------- */

/* Skips to the next packet of that type; its size is 0 when there is none. */
static struct view next_of(struct fixture *f, uint16_t type)
{
    struct view packet = fixture_next(f);
    while (packet.size && msg_type_of(packet) != type)
        packet = fixture_next(f);
    return packet;
}

/* A walker with client in a place with AOI, and all that was sent for that is passed over. */
static Walker *connected_in(struct fixture *f, gw_entity *place, const char *client)
{
    gw_entity *e = fixture_connect(f, client);
    GAME(f)
    assert_int_equal(gw_enter_space(e, place->id, (gw_vec3){0}), GW_OK);
    fixture_pass(f, 100);
    fixture_skip(f);
    return (Walker *)e;
}

static gw_entity *new_place(struct fixture *f)
{
    gw_entity *place = NULL;
    GAME(f)
    place = walker_place(1, 10);
    return place;
}

static void assert_record(struct reader *r, gw_id id, float x, float yaw)
{
    assert_true(gw_id_equal(read_id(r), id));
    assert_true(read_f32(r) == x);
    assert_true(read_f32(r) == 0 && read_f32(r) == 0);
    assert_true(read_f32(r) == yaw);
}

static void positions_are_sent_once_an_interval(void **state)
{
    struct fixture *f = *state;
    gw_entity *place = new_place(f);
    Walker *ann = connected_in(f, place, "ann"), *bob = connected_in(f, place, "bob");
    GAME(f)
    for (int x = 1; x <= 3; x++)
        gw_set_position(&bob->base, (gw_vec3){(float)x, 0, 0});
    GAME(f)
    gw_set_yaw(&bob->base, 90);
    fixture_pass(f, 100);
    struct msg_sync_positions m;
    assert_true(msg_sync_positions_read(fixture_next(f), &m));
    assert_int_equal(m.gate, FIXTURE_GATE);
    struct reader r = reader_of(m.records.data, m.records.size);
    assert_int_equal(read_u32(&r), 1); /* where it is now */
    assert_record(&r, bob->base.id, 3, 90);
    gw_id clients[2];
    for (int i = 0; i < 2; i++) {
        clients[i] = read_id(&r);
        assert_int_equal(read_u16(&r), 1); /* run */
        assert_int_equal(read_u16(&r), 0);
        assert_int_equal(read_u16(&r), 1);
    }
    assert_true(!r.bad && !reader_left(&r));
    assert_true(gw_id_equal(clients[0], entity_of(&bob->base)->client));
    assert_true(gw_id_equal(clients[1], entity_of(&ann->base)->client));
    GAME(f)
    gw_set_position(&bob->base, (gw_vec3){4, 0, 0});
    fixture_pass(f, 99);
    assert_int_equal(fixture_next_type(f), 0);
    fixture_pass(f, 1);
    assert_int_equal(fixture_next_type(f), MSG_SYNC_POSITIONS);
    fixture_pass(f, 1000);
    assert_int_equal(fixture_next_type(f), 0);
}

static void strange_gates_get_positions_in_goworlds_form(void **state)
{
    struct fixture *f = *state;
    gw_entity *place = new_place(f);
    Walker *ann = connected_in(f, place, "ann"), *bob = connected_in(f, place, "bob");
    f->is_strange = true;
    GAME(f)
    gw_set_position(&bob->base, (gw_vec3){1, 0, 0});
    fixture_pass(f, 100);
    struct msg_sync_position_yaw_on_clients m;
    assert_true(msg_sync_position_yaw_on_clients_read(fixture_next(f), &m));
    assert_int_equal(m.gate, FIXTURE_GATE);
    struct reader r = reader_of(m.records.data, m.records.size);
    assert_true(gw_id_equal(read_id(&r), entity_of(&bob->base)->client));
    assert_record(&r, bob->base.id, 1, 0);
    assert_true(gw_id_equal(read_id(&r), entity_of(&ann->base)->client));
    assert_record(&r, bob->base.id, 1, 0);
    assert_true(!r.bad && !reader_left(&r));
}

/* How many positions the client of that packet's only receiver gets. */
static uint32_t count_records(struct view packet)
{
    struct msg_sync_positions m;
    assert_true(msg_sync_positions_read(packet, &m));
    struct reader r = reader_of(m.records.data, m.records.size);
    uint32_t count = read_u32(&r), in_runs = 0;
    (void)read_bytes(&r, count * 32);
    (void)read_id(&r);
    for (unsigned runs = read_u16(&r); runs; runs--) {
        assert_int_equal(read_u16(&r), in_runs);
        in_runs += read_u16(&r);
    }
    assert_true(!r.bad && !reader_left(&r));
    assert_int_equal(in_runs, count);
    return count;
}

#define STONES 40000

static void a_large_batch_is_split(void **state)
{
    struct fixture *f = *state;
    gw_entity *place = new_place(f);
    static gw_entity *stones[STONES];
    GAME(f)
    for (size_t i = 0; i < STONES; i++)
        stones[i] = gw_create_in(&Stone_type, place, (gw_vec3){0});
    connected_in(f, place, "ann");
    GAME(f)
    for (size_t i = 0; i < STONES; i++)
        gw_set_position(stones[i], (gw_vec3){1, 0, 0});
    fixture_pass(f, 100);
    assert_int_equal(count_records(fixture_next(f)), 32767);
    assert_int_equal(count_records(fixture_next(f)), STONES - 32767);
    assert_int_equal(fixture_next_type(f), 0);
}

/* ---- positions from clients ----------------------------------------------------------------- */

static void send_position(struct fixture *f, gw_id id, float x, float yaw)
{
    struct buf records = {0};
    write_id(&records, id);
    write_f32(&records, x);
    write_f32(&records, 0);
    write_f32(&records, 0);
    write_f32(&records, yaw);
    world_positions(f->world, view_of(&records));
    buf_free(&records);
}

static float x_of(struct fixture *f, const Walker *walker)
{
    float x = 0;
    GAME(f)
    x = gw_position(&walker->base).x;
    return x;
}

static void a_client_moves_its_player_where_it_may(void **state)
{
    struct fixture *f = *state;
    gw_entity *place = new_place(f);
    Walker *ann = connected_in(f, place, "ann");
    send_position(f, ann->base.id, 5, 0);
    assert_true(x_of(f, ann) == 0);
    GAME(f)
    gw_set_client_syncing(&ann->base, true);
    send_position(f, ann->base.id, 5, 45);
    assert_true(x_of(f, ann) == 5);
    fixture_pass(f, 100);
    assert_int_equal(fixture_next_type(f), 0); /* it knows */
    send_position(f, ann->base.id, NAN, 0);
    send_position(f, ann->base.id, 1, INFINITY);
    send_position(f, fixture_id("nobody"), 1, 0);
    assert_true(x_of(f, ann) == 5);
    assert_int_equal(world_stats(f->world)->positions_bad.count, 2);
    GAME(f)
    gw_set_client_syncing(&ann->base, false);
    send_position(f, ann->base.id, 6, 0);
    assert_true(x_of(f, ann) == 5);
    world_positions(f->world, (struct view){(const uint8_t *)"abc", 3});
    assert_int_equal(world_stats(f->world)->entity_packets_bad.count, 1);
}

static void expect_told_at_once(struct fixture *f, gw_id id, float x)
{
    struct msg_sync_position_yaw_on_clients m;
    assert_true(msg_sync_position_yaw_on_clients_read(fixture_next(f), &m));
    struct reader r = reader_of(m.records.data, m.records.size);
    assert_true(gw_id_equal(read_id(&r), entity_of(fixture_find(f, id))->client));
    assert_record(&r, id, x, 0);
    assert_false(reader_left(&r));
}

/* It goes on from there: word of it that comes later would set it back. */
static void a_client_that_moves_its_player_hears_at_once_where_the_game_puts_it(void **state)
{
    struct fixture *f = *state;
    Walker *ann = connected_in(f, new_place(f), "ann");
    GAME(f)
    {
        gw_set_client_syncing(&ann->base, true);
        gw_set_position(&ann->base, (gw_vec3){7, 0, 0});
        expect_told_at_once(f, ann->base.id, 7);
    }
    send_position(f, ann->base.id, 8, 0);
    assert_true(x_of(f, ann) == 8);
    fixture_pass(f, 100);
    assert_int_equal(fixture_next_type(f), 0);
}

/* What it has sent before that was from elsewhere. */
static void a_client_moves_its_player_when_it_knows_where_that_is(void **state)
{
    struct fixture *f = *state;
    Walker *ann = connected_in(f, new_place(f), "ann");
    GAME(f)
    {
        gw_set_position(&ann->base, (gw_vec3){7, 0, 0});
        gw_set_client_syncing(&ann->base, true);
    }
    send_position(f, ann->base.id, 1, 0);
    assert_true(x_of(f, ann) == 7);
    fixture_pass(f, 100);
    assert_int_equal(fixture_next_type(f), MSG_SYNC_POSITIONS);
    send_position(f, ann->base.id, 8, 0);
    assert_true(x_of(f, ann) == 8);
}

static void a_client_knows_where_its_player_is_before_it_sees_the_space(void **state)
{
    struct fixture *f = *state;
    gw_entity *place = new_place(f), *ann = fixture_connect(f, "ann");
    fixture_pass(f, 100);
    fixture_skip(f);
    GAME(f)
    assert_int_equal(gw_enter_space(ann, place->id, (gw_vec3){5, 0, 0}), GW_OK);
    expect_told_at_once(f, ann->id, 5);
    assert_int_equal(fixture_next_type(f), MSG_CREATE_ENTITY_ON_CLIENT);
    fixture_pass(f, 100);
    assert_int_equal(fixture_next_type(f), 0);
}

enum { CROWD = 500 }; /* who all see each other: more hooks than may wait */

static void positions_are_passed_over_while_too_many_hooks_wait(void **state)
{
    struct fixture *f = *state;
    gw_entity *place = new_place(f);
    Walker *ann = connected_in(f, place, "ann");
    GAME(f)
    {
        gw_set_client_syncing(&ann->base, true);
        for (int i = 0; i < CROWD; i++)
            walker_in(place, "one", 0, 0);
    }
    send_position(f, ann->base.id, 5, 0);
    assert_true(x_of(f, ann) == 0);
    assert_int_equal(world_stats(f->world)->positions_late.count, 1);
    while (world_has_work(f->world))
        fixture_pass(f, 1);
    send_position(f, ann->base.id, 5, 0);
    assert_true(x_of(f, ann) == 5);
}

static void others_see_a_client_move(void **state)
{
    struct fixture *f = *state;
    gw_entity *place = new_place(f);
    Walker *ann = connected_in(f, place, "ann");
    connected_in(f, place, "bob");
    GAME(f)
    gw_set_client_syncing(&ann->base, true);
    send_position(f, ann->base.id, 11, 0); /* out of sight */
    struct msg_destroy_entity_on_client gone;
    assert_true(msg_destroy_entity_on_client_read(next_of(f, MSG_DESTROY_ENTITY_ON_CLIENT), &gone));
    fixture_pass(f, 100);
    assert_int_equal(next_of(f, MSG_SYNC_POSITIONS).size, 0);
    send_position(f, ann->base.id, 9, 0);
    struct msg_create_entity_on_client seen;
    for (int i = 0; i < 2; i++) {
        assert_true(
            msg_create_entity_on_client_read(next_of(f, MSG_CREATE_ENTITY_ON_CLIENT), &seen));
        assert_true(seen.x == (gw_id_equal(seen.entity, ann->base.id) ? 9 : 0));
    }
    fixture_pass(f, 100);
    assert_int_equal(count_records(next_of(f, MSG_SYNC_POSITIONS)), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WALKER_TEST(positions_are_finite),
        WALKER_TEST(vectors_add_up),
        WALKER_TEST(yaw_is_clockwise_from_z),
        WALKER_TEST(positions_are_sent_once_an_interval),
        WALKER_TEST(strange_gates_get_positions_in_goworlds_form),
        WALKER_TEST(a_large_batch_is_split),
        WALKER_TEST(a_client_moves_its_player_where_it_may),
        WALKER_TEST(a_client_that_moves_its_player_hears_at_once_where_the_game_puts_it),
        WALKER_TEST(a_client_moves_its_player_when_it_knows_where_that_is),
        WALKER_TEST(a_client_knows_where_its_player_is_before_it_sees_the_space),
        WALKER_TEST(positions_are_passed_over_while_too_many_hooks_wait),
        WALKER_TEST(others_see_a_client_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
