/* What entities keep under keys of their own, and get back. */
#include "hero.h"

static void of_two_that_claim_one_key_one_gets_it(void **state)
{
    struct fixture *f = *state;
    gw_id first = hero_settled(f, "c1")->base.id, second = hero_settled(f, "c2")->base.id;
    fixture_call(f, first, "Claim", "a161");
    fixture_call(f, second, "Claim", "a161");
    fixture_work(f);
    assert_happened("claim(0) claim(-3) ");
}

static void pairs_come_back_by_callback_in_order(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    fixture_call(f, id, "Pairs", "");
    assert_happened("");
    fixture_work(f);
    assert_happened("put(0,) claim(-3,two) get(0,two) get(-2,) a=one b=two done(0) a=one done(0) "
                    "remove(0,) remove(-2,) ");
}

static void a_record_that_cannot_be_read_stays_as_it_was(void **state)
{
    struct fixture *f = *state;
    fixture_call(f, hero_settled(f, "c1")->base.id, "Misread", "");
    fixture_work(f);
    assert_happened("misread(-5,mine,3) ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HERO_TEST(of_two_that_claim_one_key_one_gets_it),
        HERO_TEST(pairs_come_back_by_callback_in_order),
        HERO_TEST(a_record_that_cannot_be_read_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
