/* The request parser: a table of heads and what becomes of them, however they come. */
#include "base/buf.h"
#include "net/http_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { HEAD_BYTES_MAX = 8192 };

#define HOST "Host: x\r\n"

static const struct {
    const char *head;
    unsigned status;
} cases[] = {
    {"GET / HTTP/1.1\r\n" HOST "\r\n", 200},
    {"HEAD / HTTP/1.1\r\n" HOST "\r\n", 200},
    {"\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 200},
    {"GET / HTTP/1.0\r\n\r\n", 200},
    {"GET / HTTP/1.9\r\n" HOST "\r\n", 200},
    {"GET http://h:80/a?b HTTP/1.1\r\n" HOST "\r\n", 200},
    {"GET / HTTP/1.1\r\nHost:x\r\nA: \r\nB:\t b \t\r\n\r\n", 200},
    {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 200},
    /* The request line. */
    {"GET  / HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET / HTTP/1.1 \r\n" HOST "\r\n", 400},
    {" GET / HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /\r\n" HOST "\r\n", 400},
    {"GET\r\n\r\n", 400},
    {"G@T / HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET a HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET * HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET http://h HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET ftp://h/ HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /a#b HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /\x01 HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /\x80 HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /a\tb HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET / http/1.1\r\n" HOST "\r\n", 400},
    {"GET / HTTP/11\r\n" HOST "\r\n", 400},
    {"GET / HTTP/1.1.1\r\n" HOST "\r\n", 400},
    {"GET / HTTP/x.1\r\n" HOST "\r\n", 400},
    {"GET / HTTP/2.0\r\n" HOST "\r\n", 505},
    {"GET / HTTP/0.9\r\n" HOST "\r\n", 505},
    {"POST / HTTP/1.1\r\n" HOST "\r\n", 405},
    {"get / HTTP/1.1\r\n" HOST "\r\n", 405},
    {"DELETE /x HTTP/1.1\r\n" HOST "\r\n", 405},
    /* Lines. */
    {"GET / HTTP/1.1\n" HOST "\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: x\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: x\r\n\n", 400},
    {"GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: x\r\n A: b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: x\r\nA\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: x\r\nA(: b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: x\r\nA: \x01\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: x\r\nA: \x7f\r\n\r\n", 400},
    /* Hosts and bodies. */
    {"GET / HTTP/1.1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n", 413},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999999\r\n\r\n", 413},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: +0\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: 0x0\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: 0\r\nContent-Length: 0\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 501},
    {"GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", 400},
};

/* Parses an exact copy, so that a read past its end shows. */
static unsigned parse(const char *bytes, size_t size, size_t *head_size)
{
    struct http_request request;
    char *copy = mem_alloc(size);
    memcpy(copy, bytes, size);
    unsigned status = http_parse(copy, size, HEAD_BYTES_MAX, &request, head_size);
    free(copy);
    return status;
}

static void each_head_gets_its_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = strlen(cases[i].head), head_size = 0;
        unsigned status = parse(cases[i].head, size, &head_size);
        if (status != cases[i].status)
            print_error("%s", cases[i].head);
        assert_int_equal(status, cases[i].status);
        if (status == 200)
            assert_int_equal(head_size, size);
    }
}

static void a_head_that_is_not_whole_waits_or_is_refused_as_the_whole_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = strlen(cases[i].head), head_size = 0;
        for (size_t part = 0; part < size; part++) {
            unsigned status = parse(cases[i].head, part, &head_size);
            assert_true(status == 0 || (status == cases[i].status && status != 200));
        }
    }
}

static void what_follows_a_head_is_left_alone(void **state)
{
    (void)state;
    static const char bytes[] = "GET /a HTTP/1.1\r\n" HOST "\r\nGET /b HTTP/1.1\r\n";
    size_t head_size = 0;
    assert_int_equal(parse(bytes, sizeof bytes - 1, &head_size), 200);
    assert_memory_equal(bytes + head_size, "GET /b", 6);
}

static void assert_text(struct http_text text, const char *wanted)
{
    assert_int_equal(text.size, strlen(wanted));
    assert_memory_equal(text.data, wanted, text.size);
}

static void the_parts_are_found(void **state)
{
    (void)state;
    static const char bytes[] = "GET http://h/a%20b?c=d?e HTTP/1.1\r\nhOST: example.org:80\r\n"
                                "Connection: keep-alive , Upgrade\r\nConnection: x\r\n"
                                "Empty:\r\n\r\n";
    struct http_request request;
    size_t head_size = 0;
    assert_int_equal(http_parse(bytes, sizeof bytes - 1, HEAD_BYTES_MAX, &request, &head_size),
                     200);
    assert_text(request.path, "/a%20b");
    assert_text(request.query, "c=d?e");
    assert_text(http_header(&request, "Host"), "example.org:80");
    assert_null(http_header(&request, "Absent").data);
    assert_non_null(http_header(&request, "Empty").data);
    assert_text(http_header(&request, "empty"), "");
    assert_true(http_header_has(&request, "Connection", "upgrade"));
    assert_true(http_header_has(&request, "Connection", "X"));
    assert_false(http_header_has(&request, "Connection", "keep"));
    assert_true(request.keep_alive);
}

static void the_client_says_whether_the_connection_stays(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        bool keep_alive;
    } rows[] = {
        {"GET / HTTP/1.1\r\n" HOST "\r\n", true},
        {"GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\n" HOST "Connection: x, CLOSE\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_request request;
        size_t head_size = 0;
        assert_int_equal(
            http_parse(rows[i].head, strlen(rows[i].head), HEAD_BYTES_MAX, &request, &head_size),
            200);
        assert_int_equal(request.keep_alive, rows[i].keep_alive);
    }
}

static unsigned parse_buf(struct buf *bytes)
{
    size_t head_size = 0;
    unsigned status = parse((const char *)bytes->data, bytes->size, &head_size);
    buf_free(bytes);
    return status;
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    struct buf line = {0}, head = {0}, headers = {0}, endless = {0};
    buf_print(&line, "GET /%05000d HTTP/1.1\r\n" HOST "\r\n", 0);
    assert_int_equal(parse_buf(&line), 414);
    buf_print(&line, "GET /%05000d", 0);
    assert_int_equal(parse_buf(&line), 414);
    buf_print(&head, "GET / HTTP/1.1\r\n" HOST "A: %08200d\r\n\r\n", 0);
    assert_int_equal(parse_buf(&head), 431);
    buf_print(&headers, "GET / HTTP/1.1\r\n" HOST);
    for (unsigned i = 0; i < HTTP_HEADERS_MAX; i++)
        buf_print(&headers, "A: b\r\n");
    assert_int_equal(parse_buf(&headers), 431);
    for (unsigned i = 0; i < HEAD_BYTES_MAX; i++)
        buf_print(&endless, "\r\n");
    assert_int_equal(parse_buf(&endless), 431);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_head_gets_its_status),
        cmocka_unit_test(a_head_that_is_not_whole_waits_or_is_refused_as_the_whole_one),
        cmocka_unit_test(what_follows_a_head_is_left_alone),
        cmocka_unit_test(the_parts_are_found),
        cmocka_unit_test(the_client_says_whether_the_connection_stays),
        cmocka_unit_test(what_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
