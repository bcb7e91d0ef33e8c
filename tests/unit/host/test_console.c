/* Log lines as a terminal shows them. */
#include "host/console.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static const char info[] = "2026-11-25T02:06:30.512Z INFO gate1 serving port=14001";
static const char warn[] = "2026-11-25T02:06:30.512Z WARN dispatcher12 slow by=3";

static void expect(enum os_terminal terminal, const char *kind, unsigned id, enum log_level level,
                   const char *line, const char *expected)
{
    char text[CONSOLE_LINE_MAX(200)];
    struct console console = console_for(terminal, kind, id);
    size_t size = console_format(&console, level, line, strlen(line), text);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(text, expected, size);
}

static void columns_are_aligned(void **state)
{
    (void)state;
    expect(OS_TERMINAL_PLAIN, "gate", 1, LOG_INFO, info,
           "02:06:30.512Z INFO  gate1        serving port=14001");
    expect(OS_TERMINAL_PLAIN, "dispatcher", 12, LOG_WARN, warn,
           "02:06:30.512Z WARN  dispatcher12 slow by=3");
}

static void each_process_has_a_colour_and_a_warning_stands_out(void **state)
{
    (void)state;
    expect(OS_TERMINAL_COLOUR, "gate", 1, LOG_INFO, info,
           "\033[2m02:06:30.512Z\033[0m INFO \033[0m \033[38;5;170mgate1       \033[0m "
           "serving port=14001\033[0m");
    expect(OS_TERMINAL_COLOUR, "dispatcher", 12, LOG_WARN, warn,
           "\033[2m02:06:30.512Z\033[0m \033[1;33mWARN \033[0m \033[38;5;27mdispatcher12\033[0m "
           "\033[1;33mslow by=3\033[0m");
}

static void four_of_each_kind_are_told_apart(void **state)
{
    static const char *const kinds[] = {"dispatcher", "game", "gate"};
    bool seen[256] = {0};
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (unsigned id = 1; id <= 4; id++) {
            unsigned colour = console_for(OS_TERMINAL_COLOUR, kinds[i], id).colour;
            assert_false(seen[colour]);
            seen[colour] = true;
        }
}

static void a_line_of_another_form_goes_whole(void **state)
{
    (void)state;
    expect(OS_TERMINAL_PLAIN, "gate", 1, LOG_INFO, "word",
           "word"
           "                    ");
    expect(OS_TERMINAL_PLAIN, "gate", 1, LOG_INFO, "", "                    ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_aligned),
        cmocka_unit_test(each_process_has_a_colour_and_a_warning_stands_out),
        cmocka_unit_test(four_of_each_kind_are_told_apart),
        cmocka_unit_test(a_line_of_another_form_goes_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
