/* The client over real sockets of this machine, by its public functions. */
#include "gate.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 10 * 1000 };

/* Listens on a port that the system chooses; *address is where. */
static int listen_at(char address[32])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    snprintf(address, 32, "127.0.0.1:%u", ntohs(at.sin_port));
    return fd;
}

static void run_until(gwc_client *client, gwc_state state)
{
    int64_t give_up_ms = gwc_now_ms() + PATIENCE_MS;
    while (gwc_state_of(client) != state) {
        gwc_run(client, PATIENCE_MS);
        assert_true(gwc_now_ms() < give_up_ms);
    }
}

static void note_player(gwc_client *client, gwc_entity *player)
{
    snprintf(gwc_user(client), 32, "%s", gwc_entity_type(player));
}

/* The far end of a client that has connected. */
static int accept_from(int listener, gwc_client *client)
{
    run_until(client, GWC_OPEN);
    int peer = accept(listener, NULL, NULL);
    assert_true(peer >= 0);
    return peer;
}

static void say_player(int peer)
{
    struct gate words = {0};
    gate_say_create(&words, true, PLAYER, "Avatar", "80");
    assert_int_equal(write(peer, words.to_client.data, words.to_client.size), words.to_client.size);
    buf_free(&words.to_client);
}

static void bytes_travel_both_ways(void **state)
{
    (void)state;
    char address[32], seen[32] = "", got[64];
    int listener = listen_at(address);
    gwc_client *client = gwc_create(&(gwc_desc){
        .address = address, .user = seen, .on_player = note_player, .heartbeat_ms = -1});
    assert_int_equal(gwc_fd(client), -1);
    assert_int_equal(gwc_open(client), GWC_OK);
    int peer = accept_from(listener, client);
    say_player(peer);
    while (!seen[0])
        assert_true(gwc_run(client, PATIENCE_MS));
    assert_string_equal(seen, "Avatar");
    assert_int_equal(gwc_call(client, gwc_player(client), "Hi"), GWC_OK);
    assert_true(gwc_events(client) & POLLOUT);
    gwc_process(client, gwc_now_ms());
    assert_false(gwc_events(client) & POLLOUT);
    assert_int_equal(read(peer, got, sizeof got), 30);
    gwc_destroy(client);
    assert_int_equal(read(peer, got, sizeof got), 0);
    close(peer);
    close(listener);
}

static void a_server_that_goes_is_noticed_and_found_again(void **state)
{
    (void)state;
    char address[32], seen[32] = "";
    int listener = listen_at(address);
    gwc_client *client = gwc_create(&(gwc_desc){
        .address = address, .user = seen, .on_player = note_player, .reconnect_first_ms = 1});
    assert_int_equal(gwc_open(client), GWC_OK);
    int peer = accept_from(listener, client);
    say_player(peer);
    while (!seen[0])
        assert_true(gwc_run(client, PATIENCE_MS));
    struct linger at_once = {.l_onoff = 1};
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(peer);
    run_until(client, GWC_WAITING);
    assert_null(gwc_player(client));
    close(accept_from(listener, client));
    run_until(client, GWC_WAITING);
    gwc_destroy(client);
    close(listener);
}

static void note_reason(gwc_client *client, const gwc_loss *loss)
{
    snprintf(gwc_user(client), 128, "%s", loss->reason);
}

static void a_port_that_nobody_listens_at_refuses(void **state)
{
    (void)state;
    char address[32], reason[128] = "";
    close(listen_at(address));
    gwc_client *client = gwc_create(&(gwc_desc){
        .address = address, .user = reason, .on_closed = note_reason, .no_reconnect = true});
    assert_int_equal(gwc_open(client), GWC_OK);
    run_until(client, GWC_CLOSED);
    assert_string_equal(reason, "the connection could not be made: Connection refused");
    gwc_destroy(client);
}

/* A label of 64 characters is in no name, so nobody is asked. */
static void a_name_that_nobody_has_is_an_error(void **state)
{
    (void)state;
    static const char address[] =
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.test:1";
    gwc_client *client = gwc_create(&(gwc_desc){.address = address});
    assert_int_equal(gwc_open(client), GWC_ERESOLVE);
    assert_int_equal(gwc_state_of(client), GWC_CLOSED);
    assert_string_equal(gwc_strerror(GWC_ERESOLVE), "the name of the host cannot be resolved");
    assert_string_equal(gwc_strerror((gwc_err)-99), "an unknown error");
    gwc_destroy(client);
}

static void a_closed_client_has_nothing_to_run(void **state)
{
    (void)state;
    char address[32];
    int listener = listen_at(address);
    gwc_client *client = gwc_create(&(gwc_desc){.address = address});
    assert_int_equal(gwc_open(client), GWC_OK);
    close(accept_from(listener, client));
    run_until(client, GWC_WAITING);
    assert_true(gwc_run(client, 0));
    gwc_close(client);
    assert_false(gwc_run(client, -1));
    gwc_destroy(client);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_travel_both_ways),
        cmocka_unit_test(a_server_that_goes_is_noticed_and_found_again),
        cmocka_unit_test(a_port_that_nobody_listens_at_refuses),
        cmocka_unit_test(a_name_that_nobody_has_is_an_error),
        cmocka_unit_test(a_closed_client_has_nothing_to_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
