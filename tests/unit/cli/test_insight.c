/* What status -v reads of /metrics, and what it says. */
#include "cli/insight.h"

#include "cli/samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void samples_come_with_their_labels(void **state)
{
    (void)state;
    const char *text = "# HELP goworld_a What it is\n# TYPE goworld_a gauge\n"
                       "goworld_a{process=\"gate1\"} 3\n"
                       "goworld_b 18446744073709551615\n"
                       "goworld_c{type=\"a\\\"b\\\\c\\nd\",other=\"x\",process=\"g\"} 0\n";
    struct sample sample;
    assert_true(samples_next(&text, &sample));
    assert_string_equal(sample.name, "a");
    assert_string_equal(sample.process, "gate1");
    assert_string_equal(sample.type, "");
    assert_int_equal(sample.value, 3);
    assert_true(samples_next(&text, &sample));
    assert_string_equal(sample.process, "");
    assert_true(sample.value == UINT64_MAX);
    assert_true(samples_next(&text, &sample));
    assert_string_equal(sample.type, "a\"b\\c d");
    assert_string_equal(sample.process, "g");
    assert_false(samples_next(&text, &sample));
}

static void lines_that_are_no_samples_are_passed_over(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "goworld_a 3", /* not whole */
        "goworld_a\n",
        "goworld_a x\n",
        "goworld_a -3\n",
        "goworld_a 3x\n",
        "goworld_a{ 3\n",
        "goworld_a{type} 3\n",
        "goworld_a{type=} 3\n",
        "goworld_a{type=\"x 3\n\"} 4\n",
        "goworld_a{type=\"x\\\n",
        "other_a 3\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct sample sample;
        const char *text = bad[i];
        assert_false(samples_next(&text, &sample));
    }
    struct sample sample;
    assert_true(samples_find("goworld_a x\ngoworld_a 5\n", "a", &sample));
    assert_int_equal(sample.value, 5);
    assert_false(samples_find("goworld_a 5\n", "b", &sample));
}

static void what_is_too_long_is_cut(void **state)
{
    (void)state;
    struct buf text = {0};
    struct sample sample;
    buf_print(&text, "goworld_%0500d{type=\"%0500d\"} 7\n", 0, 0);
    buf_append(&text, "", 1);
    const char *at = (const char *)text.data;
    assert_true(samples_next(&at, &sample));
    assert_int_equal(strlen(sample.name), sizeof sample.name - 1);
    assert_int_equal(strlen(sample.type), sizeof sample.type - 1);
    assert_int_equal(sample.value, 7);
    buf_free(&text);
}

static void expect(enum role role, const char *name, const char *page, const char *wanted)
{
    struct buf out = {0};
    insight_describe(role, name, page, &out);
    buf_append(&out, "", 1);
    assert_string_equal((const char *)out.data, wanted);
    buf_free(&out);
}

static void a_process_is_told_by_the_numbers_that_it_has(void **state)
{
    (void)state;
    expect(ROLE_DISPATCHER, "dispatcher1",
           "goworld_dispatcher_games{process=\"dispatcher1\"} 2\n"
           "goworld_dispatcher_gates{process=\"dispatcher1\"} 1\n"
           "goworld_dispatcher_entities{process=\"dispatcher1\"} 36\n"
           "goworld_dispatcher_held_packets{process=\"dispatcher1\"} 0\n",
           "2 games, 1 gate, 36 entities, 0 packets wait");
    expect(ROLE_GATE, "gate1",
           "goworld_gate_position_bytes_total{process=\"gate1\"} 1234567\n"
           "goworld_gate_clients{process=\"gate1\"} 1\n",
           "1 client, 1.2 MB of positions sent");
    expect(ROLE_GATE, "gate1", "goworld_gate_clients{process=\"gate1\"} 0\n", "0 clients");
    expect(ROLE_GAME, "game2",
           "goworld_game_clients{process=\"game2\"} 12\n"
           "goworld_game_entities_of_type{type=\"Account\",process=\"game2\"} 0\n"
           "goworld_game_entities_of_type{type=\"Player\",process=\"game2\"} 12\n"
           "goworld_game_entities_of_type{type=\"Monster\",process=\"game2\"} 24\n",
           "Player 12, Monster 24, 12 clients");
    expect(ROLE_GAME, "game1",
           "goworld_game_neighbours{process=\"game1\"} 2\n"
           "goworld_game_position_bytes_total{process=\"game1\"} 17300\n",
           "2 pairs in sight, 17.3 kB of positions sent");
}

static void expect_bytes(unsigned long long bytes, const char *wanted)
{
    char page[128], line[64];
    snprintf(page, sizeof page, "goworld_gate_position_bytes_total{process=\"gate1\"} %llu\n",
             bytes);
    snprintf(line, sizeof line, "%s of positions sent", wanted);
    expect(ROLE_GATE, "gate1", page, line);
}

static void bytes_are_said_for_people(void **state)
{
    (void)state;
    expect_bytes(0, "0 bytes");
    expect_bytes(999, "999 bytes");
    expect_bytes(1000, "1.0 kB");
    expect_bytes(999949, "999.9 kB");
    expect_bytes(999950, "1.0 MB");
    expect_bytes(123400000000, "123.4 GB");
    expect_bytes(12345600000000000, "12345.6 TB");
}

static void who_answers_in_its_place_is_not_believed(void **state)
{
    (void)state;
    const char *wanted = "it does not tell what it does: another program answers in its place";
    expect(ROLE_GATE, "gate2", "goworld_gate_clients{process=\"gate1\"} 1\n", wanted);
    expect(ROLE_GATE, "gate2", "<html>\n", wanted);
    expect(ROLE_GATE, "gate2", "", wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_come_with_their_labels),
        cmocka_unit_test(lines_that_are_no_samples_are_passed_over),
        cmocka_unit_test(what_is_too_long_is_cut),
        cmocka_unit_test(a_process_is_told_by_the_numbers_that_it_has),
        cmocka_unit_test(bytes_are_said_for_people),
        cmocka_unit_test(who_answers_in_its_place_is_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
