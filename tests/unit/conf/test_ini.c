/* The dialect of goworld.ini: what is a section, a key, a value, a comment, and which line it
 * stands in. */
#include "conf/ini.h"

#include <stdarg.h>
#include <stdlib.h>

#include <setjmp.h>

#include <cmocka.h>

static struct ini parsed(const char *text)
{
    struct ini ini;
    unsigned line;
    char *error = NULL;
    gw_err err = ini_parse(&ini, text, strlen(text), &line, &error);
    if (err != GW_OK)
        print_error("line %u: %s\n", line, error);
    assert_int_equal(err, GW_OK);
    return ini;
}

static void value_is(const char *text, const char *value)
{
    struct ini ini = parsed(text);
    assert_string_equal(ini.entries[ini.count - 1].value, value);
    ini_free(&ini);
}

static void error_is(const char *text, unsigned line, const char *error)
{
    struct ini ini;
    unsigned its_line;
    char *its_error = NULL;
    assert_int_equal(ini_parse(&ini, text, strlen(text), &its_line, &its_error), GW_EINVAL);
    assert_string_equal(its_error, error);
    assert_int_equal(its_line, line);
    free(its_error);
}

static void sections_and_keys_are_lower_case_with_their_lines(void **state)
{
    (void)state;
    struct ini ini = parsed("\n[Storage]\r\n\tType = sqlite\r\n[ gate1 ]\nURL:x\n");
    assert_int_equal(ini.count, 4);
    assert_string_equal(ini.entries[0].section, "storage");
    assert_null(ini.entries[0].key);
    assert_string_equal(ini.entries[1].key, "type");
    assert_string_equal(ini.entries[1].value, "sqlite");
    assert_int_equal(ini.entries[1].line, 3);
    assert_string_equal(ini.entries[3].section, "gate1");
    assert_string_equal(ini.entries[3].key, "url");
    assert_string_equal(ini.entries[3].value, "x");
    assert_int_equal(ini.entries[3].line, 5);
    ini_free(&ini);
}

static void comments_start_anywhere(void **state)
{
    (void)state;
    value_is("; first\n# second\n[a] ; third\nk=v ; fourth", "v");
    value_is("[a]\nk=v#fifth", "v");
    value_is("[a]\nk=;sixth", "");
}

static void backticks_keep_what_would_be_a_comment(void **state)
{
    (void)state;
    value_is("[a]\nk=`a;b#c=d` ; comment", "a;b#c=d");
    value_is("[a]\nk=` spaces `", " spaces ");
    value_is("[a]\nk=``", "");
}

static void a_backtick_value_may_span_lines(void **state)
{
    (void)state;
    struct ini ini = parsed("[a]\nk=`one\ntwo`\nnext=1");
    assert_string_equal(ini.entries[1].value, "one\ntwo");
    assert_int_equal(ini.entries[1].line, 2);
    assert_int_equal(ini.entries[2].line, 4);
    ini_free(&ini);
}

static void quotes_around_a_value_are_dropped(void **state)
{
    (void)state;
    value_is("[a]\nk=\"v w\"", "v w");
    value_is("[a]\nk='v'", "v");
    value_is("[a]\nk='v", "'v");
}

static void a_colon_delimits_like_an_equals_sign(void **state)
{
    (void)state;
    value_is("[a]\nk: 127.0.0.1:80", "127.0.0.1:80");
    value_is("[a]\nk= a=b:c", "a=b:c");
}

static void a_backslash_continues_the_line(void **state)
{
    (void)state;
    value_is("[a]\nk=one, \\\n   two, \\\n three", "one, two, three");
    value_is("[a]\nk=one\\", "one");
    struct ini ini = parsed("[a]\nk=1\\\n2\nl=3");
    assert_string_equal(ini.entries[1].value, "12");
    assert_int_equal(ini.entries[2].line, 4);
    ini_free(&ini);
}

static void a_byte_order_mark_is_skipped(void **state)
{
    (void)state;
    value_is("\xef\xbb\xbf[a]\nk=v", "v");
}

static void an_empty_text_has_no_entries(void **state)
{
    (void)state;
    struct ini ini = parsed("");
    assert_int_equal(ini.count, 0);
    ini_free(&ini);
}

static void errors_name_the_line(void **state)
{
    (void)state;
    error_is("[a]\nk=v\nnonsense", 3, "this is neither [section] nor key=value");
    error_is("\n[a", 2, "the section's name is not closed with ]");
    error_is("[ ]", 1, "the section has no name");
    error_is("[a] b", 1, "nothing but a comment may follow the section's name");
    error_is("[a]\n=v", 2, "there is no key before the =");
    error_is("k=v", 1, "the key stands before any [section]");
    error_is("[a]\n\nk=`v\n\n", 3, "the backtick that begins the value is never closed");
    error_is("[a]\nk=`v` w", 2, "nothing but a comment may follow the closing backtick");
}

static void zero_bytes_and_huge_files_are_refused(void **state)
{
    (void)state;
    struct ini ini;
    unsigned line;
    char *error = NULL;
    assert_int_equal(ini_parse(&ini, "[a]\0", 4, &line, &error), GW_EINVAL);
    assert_string_equal(error, "the file holds zero bytes: this is no text");
    free(error);
    char *huge = malloc(INI_BYTES_MAX + 1);
    memset(huge, '\n', INI_BYTES_MAX + 1);
    assert_int_equal(ini_parse(&ini, huge, INI_BYTES_MAX + 1, &line, &error), GW_EINVAL);
    assert_string_equal(error, "the file is larger than 1 MiB: this is no goworld.ini");
    free(error);
    free(huge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_and_keys_are_lower_case_with_their_lines),
        cmocka_unit_test(comments_start_anywhere),
        cmocka_unit_test(backticks_keep_what_would_be_a_comment),
        cmocka_unit_test(a_backtick_value_may_span_lines),
        cmocka_unit_test(quotes_around_a_value_are_dropped),
        cmocka_unit_test(a_colon_delimits_like_an_equals_sign),
        cmocka_unit_test(a_backslash_continues_the_line),
        cmocka_unit_test(a_byte_order_mark_is_skipped),
        cmocka_unit_test(an_empty_text_has_no_entries),
        cmocka_unit_test(errors_name_the_line),
        cmocka_unit_test(zero_bytes_and_huge_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
