/* What goworld.ini means: defaults, X_common, limits, paths, and the sentence that each mistake
 * gets. */
#include "conf/conf.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

static struct conf *parsed(const char *text)
{
    struct conf *conf = NULL;
    char *error = NULL;
    gw_err err = conf_parse("/srv/chat/goworld.ini", text, strlen(text), &conf, &error);
    if (err != GW_OK)
        print_error("%s\n", error);
    assert_int_equal(err, GW_OK);
    return conf;
}

static void error_is(const char *text, const char *expected)
{
    struct conf *conf = NULL;
    char *error = NULL;
    assert_int_equal(conf_parse("/srv/chat/goworld.ini", text, strlen(text), &conf, &error),
                     GW_EINVAL);
    assert_string_equal(error, expected);
    assert_null(conf);
    free(error);
}

static void expect_address(const struct conf_address *address, const char *host, unsigned port)
{
    assert_string_equal(address->host, host);
    assert_int_equal(address->port, port);
}

static void an_empty_file_is_one_of_each_with_defaults(void **state)
{
    (void)state;
    struct conf *c = parsed("");
    assert_int_equal(c->deployment.dispatchers, 1);
    assert_int_equal(c->deployment.games, 1);
    assert_int_equal(c->deployment.gates, 1);
    assert_false(c->debug);
    expect_address(&c->dispatchers[0].listen, "127.0.0.1", 13000);
    expect_address(&c->dispatchers[0].advertise, "127.0.0.1", 13000);
    expect_address(&c->dispatchers[0].http, "127.0.0.1", 23000);
    expect_address(&c->gates[0].listen, "0.0.0.0", 14000);
    expect_address(&c->gates[0].http, "127.0.0.1", 24000);
    expect_address(&c->games[0].http, "127.0.0.1", 25000);
    assert_string_equal(c->games[0].boot_entity, "Boot");
    assert_int_equal(c->games[0].save_interval_s, 300);
    assert_int_equal(c->games[0].client_nesting_max, 32);
    assert_int_equal(c->games[0].position_sync_interval_ms, 100);
    assert_false(c->games[0].ban_boot_entity);
    assert_int_equal(c->games[0].log.level, LOG_DEBUG);
    assert_true(c->games[0].log.to_stderr);
    assert_string_equal(c->games[0].log.file, "");
    assert_int_equal(c->gates[0].client_send_queue_max, 4 << 20);
    assert_int_equal(c->gates[0].client_packet_size_max, 1 << 20);
    assert_int_equal(c->gates[0].client_protocol, CONF_CLIENT_PROTOCOL_AUTO);
    assert_int_equal(c->gates[0].heartbeat_check_interval_s, 0);
    assert_int_equal(c->gates[0].max_clients, 100000);
    assert_int_equal(c->gates[0].max_connections_per_address, 1000);
    assert_int_equal(c->gates[0].handshake_timeout_s, 10);
    assert_int_equal(c->gates[0].client_packets_per_second, 1000);
    assert_int_equal(c->gates[0].client_bytes_per_second, 256 << 10);
    assert_int_equal(c->gates[0].client_burst_s, 5);
    assert_int_equal(c->gates[0].client_bad_packets_max, 1);
    assert_int_equal(c->deployment.max_restarts, 10);
    assert_null(c->gates[0].websocket_origins[0]);
    assert_string_equal(c->storage.type, "sqlite");
    assert_string_equal(c->storage.db, "goworld");
    conf_free(c);
}

static void relative_paths_start_where_the_file_lies(void **state)
{
    (void)state;
    struct conf *c = parsed("[storage]\nurl=data/e.db\n[kvdb]\nurl=/var/k.db\n"
                            "[gate1]\nlog_file=gate.log\nrsa_key=keys/rsa.key\n");
    assert_string_equal(c->path, "/srv/chat/goworld.ini");
    assert_string_equal(c->dir, "/srv/chat");
    assert_string_equal(c->run_dir, "/srv/chat/run");
    assert_string_equal(c->storage.url, "/srv/chat/run/data/e.db");
    assert_string_equal(c->kvdb.url, "/var/k.db");
    assert_string_equal(c->gates[0].log.file, "/srv/chat/run/gate.log");
    assert_string_equal(c->gates[0].rsa_key, "/srv/chat/keys/rsa.key");
    assert_string_equal(c->gates[0].http_root, "/srv/chat/web");
    conf_free(c);
}

static void common_gives_the_defaults_of_every_number(void **state)
{
    (void)state;
    struct conf *c = parsed("[deployment]\ndesired_games=3\n"
                            "[game2]\nboot_entity=Second\nsave_interval=\n"
                            "[game_common]\nboot_entity=Account\nsave_interval=60\n");
    assert_string_equal(c->games[0].boot_entity, "Account");
    assert_string_equal(c->games[1].boot_entity, "Second");
    assert_int_equal(c->games[1].save_interval_s, 60);
    assert_string_equal(c->games[2].boot_entity, "Account");
    assert_int_equal(c->games[2].save_interval_s, 60);
    conf_free(c);
}

static void default_ports_follow_the_number(void **state)
{
    (void)state;
    struct conf *c =
        parsed("[deployment]\ndesired_dispatchers=3\ndesired_games=2\ndesired_gates=2\n"
               "[dispatcher2]\nlisten_addr=10.0.0.1:99\n");
    expect_address(&c->dispatchers[0].advertise, "127.0.0.1", 13000);
    expect_address(&c->dispatchers[1].advertise, "10.0.0.1", 99);
    expect_address(&c->dispatchers[2].listen, "127.0.0.1", 13002);
    expect_address(&c->games[1].http, "127.0.0.1", 25001);
    expect_address(&c->gates[1].listen, "0.0.0.0", 14001);
    expect_address(&c->gates[1].http, "127.0.0.1", 24001);
    conf_free(c);
}

static void without_counts_the_sections_count(void **state)
{
    (void)state;
    struct conf *c = parsed("[game1]\n[game3]\n[gate2]\n");
    assert_int_equal(c->deployment.dispatchers, 1);
    assert_int_equal(c->deployment.games, 3);
    assert_int_equal(c->deployment.gates, 2);
    conf_free(c);
}

static void sections_beyond_the_count_are_read_but_not_deployed(void **state)
{
    (void)state;
    struct conf *c = parsed("[deployment]\ndesired_games=1\n[game1]\n[game2]\nhttp_addr=25002\n");
    assert_int_equal(c->deployment.games, 1);
    assert_non_null(conf_game(c, 1));
    assert_null(conf_game(c, 2));
    assert_null(conf_game(c, 0));
    conf_free(c);
}

static void an_address_may_lack_its_host(void **state)
{
    (void)state;
    struct conf *c = parsed("[game1]\nhttp_addr=25001\n[gate1]\nlisten_addr=:14001\n"
                            "http_addr=[::1]:0\n[dispatcher1]\nlisten_addr=0.0.0.0:13001\n");
    expect_address(&c->games[0].http, "127.0.0.1", 25001);
    expect_address(&c->gates[0].listen, "0.0.0.0", 14001);
    expect_address(&c->gates[0].http, "::1", 0);
    expect_address(&c->dispatchers[0].advertise, "127.0.0.1", 13001);
    conf_free(c);
}

static void sizes_take_suffixes(void **state)
{
    (void)state;
    struct conf *c =
        parsed("[gate_common]\nclient_send_queue_max=8m\nclient_packet_size_max=64K\n");
    assert_int_equal(c->gates[0].client_send_queue_max, 8 << 20);
    assert_int_equal(c->gates[0].client_packet_size_max, 64 << 10);
    conf_free(c);
}

static void origins_are_a_list(void **state)
{
    (void)state;
    struct conf *c =
        parsed("[gate1]\nwebsocket_origins = https://a.example , http://b.example:8080\n");
    assert_string_equal(c->gates[0].websocket_origins[0], "https://a.example");
    assert_string_equal(c->gates[0].websocket_origins[1], "http://b.example:8080");
    assert_null(c->gates[0].websocket_origins[2]);
    conf_free(c);
    error_is("[gate1]\nwebsocket_origins = ,\n",
             "/srv/chat/goworld.ini:2: websocket_origins: \",\" names nothing");
}

/* All settings of a GoWorld file, in its style. */
static void a_file_of_goworld_works(void **state)
{
    (void)state;
    struct conf *c = parsed(
        "[debug]\ndebug = 1\n"
        "[deployment]\ndesired_dispatchers=1\ndesired_games=1\ndesired_gates=1\n"
        "[storage]\ntype=sqlite\n;type=mongodb\nurl=e.db\ndb=goworld\nstart_nodes_1=127.0.0.1:"
        "6379\n"
        "[kvdb]\ntype=sqlite\nurl=k.db\ndb=goworld\ncollection=__kv__\nstart_nodes_12=x:1\n"
        "[dispatcher_common]\nlisten_addr=127.0.0.1:13000\nadvertise_addr=127.0.0.1:13000\n"
        "http_addr=127.0.0.1:23000\nlog_file=dispatcher.log\nlog_stderr=true\nlog_level=debug\n"
        "[dispatcher1]\n"
        "[game_common]\nboot_entity=Account\nsave_interval=600\nlog_file=game.log\nlog_stderr="
        "true\n"
        "http_addr=127.0.0.1:25000\nlog_level=warn\nposition_sync_interval_ms=100 ; to clients\n"
        "gomaxprocs=0\n"
        "[game1]\nhttp_addr=25001\nban_boot_entity=false\n[game2]\nban_boot_entity=true\n"
        "[gate_common]\ngomaxprocs=0\nlog_file=gate.log\nlog_stderr=true\nhttp_addr=127.0.0.1:"
        "24000\n"
        "log_level=debug\ncompress_connection=0\nencrypt_connection=0\nrsa_key=rsa.key\n"
        "rsa_certificate=rsa.crt\nheartbeat_check_interval = 0\nposition_sync_interval_ms=100\n"
        "[gate1]\nlisten_addr=0.0.0.0:14001\nhttp_addr=24001\n");
    assert_true(c->debug);
    assert_int_equal(c->games[0].log.level, LOG_WARN);
    assert_string_equal(c->games[0].boot_entity, "Account");
    expect_address(&c->gates[0].http, "127.0.0.1", 24001);
    conf_free(c);
}

#define AT(line) "/srv/chat/goworld.ini:" #line ": "

static void an_unknown_section_is_named_with_a_hint(void **state)
{
    (void)state;
    error_is("\n[servers]\n",
             AT(2) "unknown section [servers]; there are debug, deployment, storage, kvdb, "
                   "dispatcher_common, dispatcherN, game_common, gameN, gate_common, gateN");
    error_is("[deploiment]", AT(1) "unknown section [deploiment]; did you mean [deployment]?");
    error_is("[gates1]", AT(1) "unknown section [gates1]; did you mean [gate1]?");
    error_is("[game_comon]", AT(1) "unknown section [game_comon]; did you mean [game_common]?");
    error_is("[gate]", AT(1) "unknown section [gate]; did you mean [gate1]?");
    error_is("[deploy]", AT(1) "unknown section [deploy]; did you mean [deployment]?");
}

static void an_unknown_key_is_named_with_a_hint(void **state)
{
    (void)state;
    error_is("[deployment]\ndesired_game=2\n",
             AT(2) "unknown key \"desired_game\" in [deployment]; did you mean \"desired_games\"?");
    error_is("[game7]\nfrobnicate=2\n", AT(2) "unknown key \"frobnicate\" in [game7]");
    error_is("[storage]\nstart_nodes_x=2\n",
             AT(2) "unknown key \"start_nodes_x\" in [storage]; did you mean \"start_nodes_*\"?");
}

static void numbers_are_checked(void **state)
{
    (void)state;
    error_is("[game0]", AT(1) "the number in [game0] must be between 1 and 1024");
    error_is("[game1025]", AT(1) "the number in [game1025] must be between 1 and 1024");
    error_is("[gate99999999999999999999]",
             AT(1) "the number in [gate99999999999999999999] must be between 1 and 1024");
    error_is("[deployment]\ndesired_games=0", AT(2) "desired_games: 0 is not between 1 and 1024");
    error_is("[game1]\nsave_interval=-5", AT(2) "save_interval: \"-5\" is not a whole number");
    error_is("[game1]\nsave_interval=5s", AT(2) "save_interval: \"5s\" is not a whole number");
    error_is(
        "[gate1]\nclient_send_queue_max=4X",
        AT(2) "client_send_queue_max: \"4X\" is not a number of bytes such as 65536, 64K or 4M");
    error_is("[gate1]\nclient_packet_size_max=30M",
             AT(2) "client_packet_size_max: 31457280 is not between 64 and 26214400");
}

static void values_are_checked(void **state)
{
    (void)state;
    error_is("[debug]\ndebug=maybe", AT(2) "debug: \"maybe\" is not true or false");
    error_is("[game1]\nlog_level=loud",
             AT(2) "log_level: \"loud\" is not one of debug, info, warn, error, panic, fatal");
    error_is("[game1]\nboot_entity=my game",
             AT(2) "boot_entity: \"my game\" is not a name of letters, digits and _");
    error_is("[gate1]\nclient_protocol=2019",
             AT(2) "client_protocol: \"2019\" is not one of auto, 2017, 2018, 2020");
    error_is("[gate1]\nlisten_addr=127.0.0.1",
             AT(2) "listen_addr: \"127.0.0.1\" is not an address such as 127.0.0.1:14001");
    error_is("[gate1]\nlisten_addr=127.0.0.1:70000",
             AT(2) "listen_addr: \"127.0.0.1:70000\" is not an address such as 127.0.0.1:14001");
}

static void each_gate_has_its_client_protocol(void **state)
{
    (void)state;
    struct conf *c = parsed("[deployment]\ndesired_gates=4\n[gate_common]\nclient_protocol=2018\n"
                            "[gate2]\nclient_protocol=2017\n[gate3]\nclient_protocol=2020\n"
                            "[gate4]\nclient_protocol=Auto\n");
    static const enum conf_client_protocol wanted[] = {
        CONF_CLIENT_PROTOCOL_2018, CONF_CLIENT_PROTOCOL_2017, CONF_CLIENT_PROTOCOL_2020,
        CONF_CLIENT_PROTOCOL_AUTO};
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(c->gates[i].client_protocol, wanted[i]);
    conf_free(c);
}

static void the_common_section_is_checked_at_its_own_line(void **state)
{
    (void)state;
    error_is("[game1]\n[game_common]\nsave_interval=x\n",
             AT(3) "save_interval: \"x\" is not a whole number");
}

static void what_this_build_does_not_offer_is_refused(void **state)
{
    (void)state;
    error_is("[gate1]\ncompress_connection=1",
             AT(2) "compress_connection: this build does not offer compressed client connections; "
                   "set compress_connection=0");
    error_is("[gate_common]\nencrypt_connection=true",
             AT(2) "encrypt_connection: this build does not offer encrypted client connections; "
                   "set encrypt_connection=0");
}

static void other_databases_are_refused_with_those_there_are(void **state)
{
    (void)state;
    error_is("[storage]\ntype=mongodb\n",
             AT(2) "type: there is no storage \"mongodb\"; there is sqlite");
    error_is("[kvdb]\nurl=x\ntype=redis\n",
             AT(3) "type: there is no kvdb \"redis\"; there is sqlite");
}

static void two_dispatchers_at_one_address_are_refused(void **state)
{
    (void)state;
    error_is("[deployment]\ndesired_dispatchers=2\n"
             "[dispatcher1]\nlisten_addr=127.0.0.1:5\n[dispatcher2]\nlisten_addr=127.0.0.1:5\n",
             AT(6) "dispatcher2 has the address of dispatcher1, 127.0.0.1:5");
}

static void syntax_errors_carry_the_line(void **state)
{
    (void)state;
    error_is("[debug]\nwhat\n", AT(2) "this is neither [section] nor key=value");
}

static void what_stands_twice_in_a_section_is_told_with_both_lines(void **state)
{
    (void)state;
    struct conf *c = parsed("[gate_common]\nmax_clients=3\n[gate1]\nmax_clients=5\n"
                            "log_level=\nlog_level=info\n[game1]\nlog_level=info\n[gate1]\n"
                            "MAX_CLIENTS=7\n");
    assert_int_equal(c->gates[0].max_clients, 7);
    assert_string_equal(c->warnings[0],
                        "/srv/chat/goworld.ini:10: max_clients stands in [gate1] a second time, "
                        "and this one counts; the other is in line 4");
    assert_null(c->warnings[1]);
    conf_free(c);
    struct buf many = {0};
    buf_print(&many, "[gate1]\n");
    for (unsigned i = 0; i < 200; i++)
        buf_print(&many, "max_clients=%u\n", i + 1);
    buf_append(&many, "", 1);
    c = parsed((const char *)many.data);
    buf_free(&many);
    size_t count = 0;
    while (c->warnings[count])
        count++;
    assert_int_equal(count, 20);
    conf_free(c);
}

static void a_file_is_loaded_with_its_absolute_path(void **state)
{
    (void)state;
    char dir[] = "/tmp/goworld-conf-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char path[64];
    snprintf(path, sizeof path, "%s/../%s/goworld.ini", dir, dir + strlen("/tmp/"));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("[deployment]\ndesired_games=2\n", file);
    fclose(file);
    struct conf *c = NULL;
    char *error = NULL;
    assert_int_equal(conf_load(path, &c, &error), GW_OK);
    assert_string_equal(c->dir, dir);
    assert_int_equal(c->deployment.games, 2);
    conf_free(c);
    unlink(path);
    rmdir(dir);
}

static void a_file_that_is_not_there_is_one_sentence(void **state)
{
    (void)state;
    struct conf *c = NULL;
    char *error = NULL;
    assert_int_equal(conf_load("/nowhere/goworld.ini", &c, &error), GW_EIO);
    assert_string_equal(error, "/nowhere/goworld.ini: cannot read the configuration: "
                               "No such file or directory");
    free(error);
    assert_int_equal(conf_load("/tmp", &c, &error), GW_EIO);
    assert_string_equal(error, "/tmp: cannot read the configuration: Is a directory");
    free(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_file_is_one_of_each_with_defaults),
        cmocka_unit_test(relative_paths_start_where_the_file_lies),
        cmocka_unit_test(common_gives_the_defaults_of_every_number),
        cmocka_unit_test(default_ports_follow_the_number),
        cmocka_unit_test(without_counts_the_sections_count),
        cmocka_unit_test(sections_beyond_the_count_are_read_but_not_deployed),
        cmocka_unit_test(an_address_may_lack_its_host),
        cmocka_unit_test(sizes_take_suffixes),
        cmocka_unit_test(origins_are_a_list),
        cmocka_unit_test(a_file_of_goworld_works),
        cmocka_unit_test(an_unknown_section_is_named_with_a_hint),
        cmocka_unit_test(an_unknown_key_is_named_with_a_hint),
        cmocka_unit_test(numbers_are_checked),
        cmocka_unit_test(values_are_checked),
        cmocka_unit_test(each_gate_has_its_client_protocol),
        cmocka_unit_test(the_common_section_is_checked_at_its_own_line),
        cmocka_unit_test(what_this_build_does_not_offer_is_refused),
        cmocka_unit_test(other_databases_are_refused_with_those_there_are),
        cmocka_unit_test(two_dispatchers_at_one_address_are_refused),
        cmocka_unit_test(syntax_errors_carry_the_line),
        cmocka_unit_test(what_stands_twice_in_a_section_is_told_with_both_lines),
        cmocka_unit_test(a_file_is_loaded_with_its_absolute_path),
        cmocka_unit_test(a_file_that_is_not_there_is_one_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
