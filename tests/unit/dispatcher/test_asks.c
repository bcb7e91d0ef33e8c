/* Questions between entities, and their answers. */
#include "world.h"

#define ENTITY "awNEKGhsggslAAAC"
#define CLIENT "awNEKGhsggslAAAB"

static void a_question_goes_on_and_its_answer_comes_back(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *asker = world_game(&w, 1), *owner = world_game(&w, 2);
    fake_link_skip(asker);
    RECEIVE(owner, notify_create_entity, .entity = id_str(ENTITY));
    RECEIVE(asker, ask, .entity = id_str(ENTITY), .game = 1, .request = 7, .method = view_str("M"));
    struct msg_ask ask;
    EXPECT(owner, ask, &ask);
    assert_int_equal(ask.request, 7);
    RECEIVE(owner, answer, .game = 1, .request = 7, .error = 3);
    struct msg_answer answer;
    EXPECT(asker, answer, &answer);
    assert_int_equal(answer.error, 3);
    RECEIVE(owner, answer, .game = 9, .request = 7); /* who is gone */
    assert_int_equal(dispatcher_stats(w.d)->undelivered.count, 1);
    world_stop(&w);
}

static void a_question_that_cannot_be_delivered_is_answered(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *asker = world_game(&w, 1), *strange = world_connect(&w);
    RECEIVE(strange, set_game_id, .game = 2);
    fake_link_skip(asker);
    RECEIVE(strange, notify_create_entity, .entity = id_str(ENTITY));
    gw_id targets[] = {id_str(CLIENT), id_str(ENTITY)}; /* nobody, and one on a game of GoWorld */
    for (uint64_t i = 0; i < 2; i++) {
        RECEIVE(asker, ask, .entity = targets[i], .game = 1, .request = i, .method = view_str("M"));
        struct msg_answer answer;
        EXPECT(asker, answer, &answer);
        assert_int_equal(answer.request, i);
        assert_int_equal(answer.error, -GW_ENOTFOUND);
    }
    assert_int_equal(dispatcher_stats(w.d)->undelivered.count, 2);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_goes_on_and_its_answer_comes_back),
        cmocka_unit_test(a_question_that_cannot_be_delivered_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
