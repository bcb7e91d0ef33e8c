/* What a gate answers to browsers. */
#include "gate/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static unsigned get(struct pages *pages, const char *path, struct http_response *response)
{
    struct http_request request = {.path = {path, strlen(path)}};
    pages_handle(pages, &request, response);
    return response->status ? response->status : 200;
}

static void free_response(struct http_response *response)
{
    buf_free(&response->headers);
    buf_free(&response->body);
}

static void the_client_library_is_in_the_program(void **state)
{
    (void)state;
    struct pages pages = {0};
    struct http_response response = {0};
    assert_int_equal(get(&pages, "/goworld/goworld.js", &response), 200);
    assert_string_equal(response.content_type, "text/javascript; charset=utf-8");
    assert_true(response.body.size > 0);
    free_response(&response);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    static const char *const paths[] = {"/",
                                        "/goworld",
                                        "/goworld/",
                                        "/goworld/nothing.js",
                                        "/goworld/../gate.c",
                                        "/goworld/goworld.js/"};
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct pages pages = {0};
        struct http_response response = {0};
        assert_int_equal(get(&pages, paths[i], &response), 404);
        free_response(&response);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_client_library_is_in_the_program),
        cmocka_unit_test(what_is_not_there_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
