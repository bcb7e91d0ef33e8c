/* What the supervisor writes for status to read. */
#include "cli/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

struct place {
    char dir[40], path[64];
};

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    snprintf(place->dir, sizeof place->dir, "/tmp/goworld-record-XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    snprintf(place->path, sizeof place->path, "%s/supervisor.state", place->dir);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    unlink(place->path);
    assert_int_equal(rmdir(place->dir), 0); /* nothing else was left in it */
    free(place);
    return 0;
}

static void write_text(const struct place *place, const char *text)
{
    FILE *file = fopen(place->path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void what_is_written_is_read(void **state)
{
    const struct place *place = *state;
    char why[] = "it said: 100 % \"lost\"\nand more";
    struct member members[] = {
        {.name = "dispatcher1", .state = MEMBER_SERVING, .restart = {.tries_max = 10}},
        {.name = "game2",
         .state = MEMBER_WAITING,
         .due_ms = INT64_MAX,
         .why = why,
         .restart = {.tries_max = 10, .tries = 3, .total = 5}},
    };
    struct records records;
    assert_int_equal(
        record_write(place->path, "/srv/my game/goworld.ini", &(struct crew){members, 2}), GW_OK);
    records_read(&records, place->path, getpid());
    assert_int_equal(records.count, 2);
    assert_string_equal(records.ini, "/srv/my game/goworld.ini");
    const struct record *first = records_get(&records, "dispatcher1");
    const struct record *second = records_get(&records, "game2");
    assert_null(records_get(&records, "game1"));
    assert_int_equal(first->state, MEMBER_SERVING);
    assert_string_equal(first->why, "");
    assert_int_equal(second->state, MEMBER_WAITING);
    assert_int_equal(second->tries, 3);
    assert_int_equal(second->tries_max, 10);
    assert_int_equal(second->total, 5);
    assert_true(second->due_ms == INT64_MAX);
    assert_string_equal(second->why, "it said: 100 % \"lost\" and more");
    records_free(&records);
}

static void the_record_of_another_supervisor_counts_for_nothing(void **state)
{
    const struct place *place = *state;
    struct member member = {.name = "game1"};
    struct records records;
    assert_int_equal(record_write(place->path, "/x.ini", &(struct crew){&member, 1}), GW_OK);
    records_read(&records, place->path, getpid() + 1);
    assert_int_equal(records.count, 0);
    assert_string_equal(records.ini, "");
    records_free(&records);
}

static void a_missing_or_damaged_record_is_read_as_far_as_it_goes(void **state)
{
    const struct place *place = *state;
    struct records records;
    char text[256];
    records_read(&records, place->path, getpid());
    assert_int_equal(records.count, 0);
    snprintf(text, sizeof text,
             "supervisor %d /x.ini\ngame1 serving 0 10\n\nx\ngame2 flying 0 10 0 0 \n"
             "game3 stopped 0 10 0 0 fine",
             (int)getpid());
    write_text(place, text);
    records_read(&records, place->path, getpid());
    assert_int_equal(records.count, 1);
    assert_int_equal(records_get(&records, "game3")->state, MEMBER_STOPPED);
    assert_string_equal(records_get(&records, "game3")->why, "fine");
    records_free(&records);
    write_text(place, "supervisor");
    records_read(&records, place->path, getpid());
    assert_int_equal(records.count, 0);
    records_free(&records);
}

static void a_folder_that_is_gone_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(record_write("/nowhere/at/all", "/x.ini", &(struct crew){0}), GW_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_record_of_another_supervisor_counts_for_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_missing_or_damaged_record_is_read_as_far_as_it_goes,
                                        set_up, tear_down),
        cmocka_unit_test(a_folder_that_is_gone_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
