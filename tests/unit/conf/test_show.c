/* What is in force, written as a goworld.ini: it says where each value comes from, and means the
 * same when it is read again. */
#include "conf/show.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>

#include <cmocka.h>

#define INI_PATH "/srv/chat/goworld.ini"

static struct conf *parsed(const char *text)
{
    struct conf *conf;
    char *error;
    assert_int_equal(conf_parse(INI_PATH, text, strlen(text), &conf, &error), GW_OK);
    return conf;
}

/* Returns what is shown as a string, to be freed. */
static char *shown(const char *text, const char *section)
{
    struct buf out = {0};
    char *error;
    struct conf *conf = parsed(text);
    assert_int_equal(conf_show(conf, section, &out, &error), GW_OK);
    buf_append(&out, "", 1);
    conf_free(conf);
    return (char *)out.data;
}

/* The line of that key says this value and this reason. */
static void expect(const char *text, const char *key, const char *value, const char *reason)
{
    char begin[64], line[256], wanted[256];
    snprintf(begin, sizeof begin, "\n%s =", key);
    const char *found = strstr(text, begin);
    assert_non_null(found);
    snprintf(line, sizeof line, "%.*s", (int)strcspn(found + 1, "\n"), found + 1);
    char *comment = strstr(line, " ; ");
    assert_non_null(comment);
    assert_string_equal(comment + 3, reason);
    while (comment[-1] == ' ')
        comment--;
    *comment = '\0';
    snprintf(wanted, sizeof wanted, "%s =%s%s", key, *value ? " " : "", value);
    assert_string_equal(line, wanted);
}

static void each_value_says_where_it_comes_from(void **state)
{
    (void)state;
    char *text = shown("[gate_common]\nlog_level=info\nmax_clients=5\n[gate1]\nmax_clients=7\n"
                       "http_addr=0.0.0.0:80\nlog_file=\n",
                       "gate1");
    expect(text, "log_level", "info", "goworld.ini:2, [gate_common]");
    expect(text, "max_clients", "7", "goworld.ini:5");
    expect(text, "http_addr", "0.0.0.0:80", "goworld.ini:6");
    expect(text, "log_file", "", "default");
    expect(text, "listen_addr", "0.0.0.0:14000", "default");
    expect(text, "client_send_queue_max", "4M", "default");
    free(text);
}

static void what_follows_from_other_lines_says_so(void **state)
{
    (void)state;
    char *text = shown("[dispatcher1]\nlisten_addr=:13001\n[game3]\nhttp_addr=[::1]:1\n", NULL);
    expect(text, "desired_games", "3", "as many as there are sections");
    expect(text, "desired_gates", "1", "default");
    expect(text, "listen_addr", "0.0.0.0:13001", "goworld.ini:2");
    expect(text, "advertise_addr", "127.0.0.1:13001", "from listen_addr");
    free(text);
    text = shown("[game3]\nhttp_addr=[::1]:1\n", "game3");
    expect(text, "http_addr", "[::1]:1", "goworld.ini:2");
    free(text);
}

static void of_a_setting_that_stands_twice_the_last_counts(void **state)
{
    (void)state;
    char *text = shown("[gate1]\nmax_clients=1\nmax_clients=2\n[gate1]\nmax_clients=\n", "gate1");
    expect(text, "max_clients", "2", "goworld.ini:3");
    free(text);
}

static void what_is_taken_and_not_used_is_shown_when_it_is_there(void **state)
{
    (void)state;
    char *text = shown("[storage]\nstart_nodes_2=a:1\n[game_common]\ngomaxprocs=4\n", NULL);
    expect(text, "start_nodes_2", "a:1", "goworld.ini:2, not used");
    expect(text, "gomaxprocs", "4", "goworld.ini:4, [game_common], not used");
    free(text);
    text = shown("", NULL);
    assert_null(strstr(text, "gomaxprocs"));
    free(text);
}

static const char odd_file[] =
    "[debug]\ndebug=yes\n[deployment]\ndesired_gates=2\n[game_common]\nboot_entity=Account\n"
    "save_interval=60\n[gate_common]\nhttp_root=`we;b #1`\nclient_send_queue_max=65537\n"
    "websocket_origins=https://a.example,https://b.example\n[gate2]\nlog_file=\"a'b\"\n"
    "log_level=panic\nclient_packet_size_max=3K\n[kvdb]\nurl=`two\nlines\\`\n";

static char *without_reasons(char *text)
{
    struct buf out = {0};
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *last = NULL;
        for (char *at = line; (at = strstr(at, " ; ")); at++)
            last = at;
        buf_print(&out, "%.*s\n", last ? (int)(last - line) : (int)strlen(line), line);
    }
    buf_append(&out, "", 1);
    free(text);
    return (char *)out.data;
}

static void what_is_shown_means_the_same_when_it_is_read(void **state)
{
    (void)state;
    const char *const files[] = {"", odd_file};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *first = shown(files[i], NULL), *second = shown(first, NULL);
        first = without_reasons(first);
        second = without_reasons(second);
        assert_string_equal(first, second);
        free(first);
        free(second);
    }
}

static void one_kind_or_one_process_may_be_asked_for(void **state)
{
    (void)state;
    char *text = shown("[gate2]\nmax_clients=5\n", "gate_common");
    assert_non_null(strstr(text, "\n[gate1]\n"));
    assert_non_null(strstr(text, "\n[gate2]\n"));
    assert_null(strstr(text, "[game1]"));
    free(text);
    text = shown("", "kvdb");
    assert_non_null(strstr(text, "\n[kvdb]\n"));
    assert_null(strstr(text, "[storage]"));
    free(text);
}

static void what_is_not_there_is_a_sentence(void **state)
{
    (void)state;
    struct buf out = {0};
    char *error;
    struct conf *conf = parsed("");
    assert_int_equal(conf_show(conf, "gate2", &out, &error), GW_ENOTFOUND);
    assert_string_equal(error, "there is no gate2: [deployment] asks for 1");
    free(error);
    assert_int_equal(conf_show(conf, "gat1", &out, &error), GW_EINVAL);
    assert_string_equal(error, "unknown section [gat1]; did you mean [gate1]?");
    free(error);
    buf_free(&out);
    conf_free(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_says_where_it_comes_from),
        cmocka_unit_test(what_follows_from_other_lines_says_so),
        cmocka_unit_test(of_a_setting_that_stands_twice_the_last_counts),
        cmocka_unit_test(what_is_taken_and_not_used_is_shown_when_it_is_there),
        cmocka_unit_test(what_is_shown_means_the_same_when_it_is_read),
        cmocka_unit_test(one_kind_or_one_process_may_be_asked_for),
        cmocka_unit_test(what_is_not_there_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
