/* A process's loop and sockets, its admin pages, its sentences. */
#include "host/admin.h"

#include "os/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct values {
    uint64_t apples;
};

static const struct metric metrics[] = {
    METRIC(COUNTER, struct values, apples, "test_apples_total", "Apples"),
    METRIC_END,
};

static const char *why;

static const char *trouble(void *user)
{
    (void)user;
    return why;
}

static struct host *open_host(void)
{
    struct host *host;
    char *error;
    assert_int_equal(host_open(&host, &error), GW_OK);
    return host;
}

/* Returns the status; the body is in the response. */
static unsigned get(struct admin *admin, const char *path, struct http_response *response)
{
    struct http_request request = {.path = {path, strlen(path)}};
    if (!admin_handle(admin, &request, response))
        return 404;
    buf_append(&response->body, "", 1);
    return response->status ? response->status : 200;
}

static void free_response(struct http_response *response)
{
    buf_free(&response->headers);
    buf_free(&response->body);
}

static void metrics_show_the_process_and_what_was_added(void **state)
{
    (void)state;
    struct host *host = open_host();
    struct values values = {.apples = 3};
    struct admin admin = {.host = host, .process = "gate7"};
    struct http_response response = {0};
    admin_add(&admin, metrics, &values);
    values.apples = 4;
    assert_int_equal(get(&admin, "/metrics", &response), 200);
    const char *text = (const char *)response.body.data;
    assert_non_null(strstr(text, "goworld_test_apples_total{process=\"gate7\"} 4\n"));
    assert_non_null(strstr(text, "goworld_process_resident_bytes{process=\"gate7\"}"));
    assert_non_null(strstr(text, "goworld_net_connections{process=\"gate7\"} 0\n"));
    free_response(&response);
    host_close(host);
}

static void health_says_why_the_process_does_not_serve(void **state)
{
    (void)state;
    struct host *host = open_host();
    struct admin admin = {.host = host, .process = "gate7", .trouble = trouble};
    struct http_response good = {0}, bad = {0}, other = {0};
    why = NULL;
    assert_int_equal(get(&admin, "/healthz", &good), 200);
    assert_string_equal((const char *)good.body.data, "ok\n");
    why = "a dispatcher is away";
    assert_int_equal(get(&admin, "/healthz", &bad), 503);
    assert_string_equal((const char *)bad.body.data, "a dispatcher is away\n");
    assert_int_equal(get(&admin, "/", &other), 404);
    free_response(&good);
    free_response(&bad);
    free_response(&other);
    host_close(host);
}

static void an_address_in_use_is_named_with_its_user(void **state)
{
    (void)state;
    struct host *host = open_host();
    struct admin admin = {.host = host, .process = "gate7"};
    struct conf_address address = {.host = "127.0.0.1"};
    struct http_server *first, *second;
    char *error = NULL, command[512], wanted[1024];
    assert_int_equal(admin_listen(&admin, &address, &first, &error), GW_OK);
    address.port = http_server_port(first);
    assert_int_equal(admin_listen(&admin, &address, &second, &error), GW_EEXIST);
    process_command(getpid(), command, sizeof command);
    snprintf(wanted, sizeof wanted, "http_addr 127.0.0.1:%u is in use: pid %d listens there: %s",
             address.port, (int)getpid(), command);
    assert_string_equal(error, wanted);
    free(error);
    http_server_close(first);
    host_close(host);
}

static void addresses_are_written_with_their_port(void **state)
{
    (void)state;
    struct conf_address v4 = {.host = "127.0.0.1", .port = 14000}, v6 = {.host = "::1", .port = 1};
    assert_string_equal(host_address(&v4).text, "127.0.0.1:14000");
    assert_string_equal(host_address(&v6).text, "[::1]:1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_show_the_process_and_what_was_added),
        cmocka_unit_test(health_says_why_the_process_does_not_serve),
        cmocka_unit_test(an_address_in_use_is_named_with_its_user),
        cmocka_unit_test(addresses_are_written_with_their_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
