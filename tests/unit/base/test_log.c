/* What a log line looks like, and what it cannot be made to look like. */
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct sink {
    char line[4096];
    unsigned lines;
};

static void keep(void *user, enum log_level level, const char *line, size_t size)
{
    struct sink *sink = user;
    (void)level;
    assert_true(size < sizeof sink->line);
    memcpy(sink->line, line, size);
    sink->line[size] = '\0';
    sink->lines++;
}

static int64_t fixed_now_ms(void *user)
{
    (void)user;
    return 1700000000005;
}

static void a_line_has_time_level_process_event_and_fields(void **state)
{
    (void)state;
    struct sink sink = {0};
    struct log log = {.process = "gate1", .write = keep, .user = &sink, .now_ms = fixed_now_ms};
    log_warn(&log, "client_refused", "clients=%d", 7);
    assert_string_equal(sink.line, "2023-11-14T22:13:20.005Z WARN gate1 client_refused clients=7");
}

static void no_clock_and_no_fields_leave_no_trace(void **state)
{
    (void)state;
    struct sink sink = {0};
    struct log log = {.process = "game1", .write = keep, .user = &sink};
    log_info(&log, "ready", "");
    assert_string_equal(sink.line, "INFO game1 ready");
}

static void less_than_the_level_is_not_written(void **state)
{
    (void)state;
    struct sink sink = {0};
    struct log log = {.level = LOG_WARN, .write = keep, .user = &sink};
    log_info(&log, "nothing", "x=%d", 1);
    assert_int_equal(sink.lines, 0);
    log_error(&log, "something", "x=%d", 1);
    assert_int_equal(sink.lines, 1);
}

static void control_characters_cannot_forge_a_line(void **state)
{
    (void)state;
    struct sink sink = {0};
    struct log log = {.process = "p", .write = keep, .user = &sink};
    log_info(&log, "e", "name=%s", "a\nb\r\tc\x1b[2J\x7f\xc3\xa4");
    assert_string_equal(sink.line, "INFO p e name=a\\nb\\r\\tc\\x1b[2J\\x7f\xc3\xa4");
}

static void a_line_that_is_too_long_is_cut_and_says_so(void **state)
{
    (void)state;
    struct sink sink = {0};
    struct log log = {.process = "p", .write = keep, .user = &sink};
    for (int fill = 'a'; fill >= '\x01'; fill -= 'a' - '\x01') {
        char *text = malloc(100001);
        memset(text, fill, 100000);
        text[100000] = '\0';
        log_info(&log, "e", "%s", text);
        free(text);
        assert_true(strlen(sink.line) > 2000 && strlen(sink.line) < 2500);
        assert_string_equal(sink.line + strlen(sink.line) - 3, "...");
    }
}

static void a_limited_event_passes_once_per_interval(void **state)
{
    (void)state;
    struct log_limit limit = {0};
    uint64_t held_back = 99;
    assert_true(log_limit_pass(&limit, 5, &held_back));
    assert_int_equal(held_back, 0);
    assert_false(log_limit_pass(&limit, 6, &held_back));
    assert_false(log_limit_pass(&limit, 5 + LOG_LIMIT_INTERVAL_MS - 1, &held_back));
    assert_true(log_limit_pass(&limit, 5 + LOG_LIMIT_INTERVAL_MS, &held_back));
    assert_int_equal(held_back, 2);
    assert_true(log_limit_pass(&limit, 5 + 2 * LOG_LIMIT_INTERVAL_MS, &held_back));
    assert_int_equal(held_back, 0);
}

static void levels_have_goworlds_names(void **state)
{
    (void)state;
    enum log_level level = LOG_INFO;
    assert_int_equal(log_level_parse("debug", &level), GW_OK);
    assert_int_equal(level, LOG_DEBUG);
    assert_int_equal(log_level_parse("panic", &level), GW_OK);
    assert_int_equal(level, LOG_FATAL);
    assert_int_equal(log_level_parse("loud", &level), GW_EINVAL);
    assert_int_equal(level, LOG_FATAL);
}

static void a_file_gets_whole_lines(void **state)
{
    (void)state;
    char *written = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&written, &size);
    assert_non_null(file);
    log_write_file(file, LOG_INFO, "abcd", 3);
    log_write_file(file, LOG_INFO, "x", 1);
    fclose(file);
    assert_string_equal(written, "abc\nx\n");
    free(written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_process_event_and_fields),
        cmocka_unit_test(no_clock_and_no_fields_leave_no_trace),
        cmocka_unit_test(less_than_the_level_is_not_written),
        cmocka_unit_test(control_characters_cannot_forge_a_line),
        cmocka_unit_test(a_line_that_is_too_long_is_cut_and_says_so),
        cmocka_unit_test(a_limited_event_passes_once_per_interval),
        cmocka_unit_test(levels_have_goworlds_names),
        cmocka_unit_test(a_file_gets_whole_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
