/* Any bytes as an HTTP request: what is found lies inside them, and what follows changes nothing.
 */
#include "base/assert.h"
#include "base/buf.h"
#include "net/http_response.h"
#include "net/http_static.h"
#include "net/ws_handshake.h"

#include <unistd.h>

enum { HEAD_BYTES_MAX = 1024 };

static void check_inside(struct http_text text, const uint8_t *data, size_t size)
{
    const char *begin = (const char *)data;
    ASSERT(text.data >= begin && text.data + text.size <= begin + size);
}

static void check_request(const struct http_request *request, const uint8_t *data, size_t size)
{
    check_inside(request->path, data, size);
    check_inside(request->query, data, size);
    ASSERT(request->path.size > 0 && request->path.data[0] == '/');
    for (unsigned i = 0; i < request->header_count; i++) {
        check_inside(request->headers[i].name, data, size);
        check_inside(request->headers[i].value, data, size);
    }
}

static void check_handshake(const struct http_request *request)
{
    static const char *const origins[] = {"https://example.org", NULL};
    struct buf out = {0};
    if (ws_handshake_check(request, origins) == 101)
        ws_handshake_answer(request, &out);
    buf_free(&out);
}

static void check_files(const struct http_request *request)
{
    static struct http_static *files;
    struct http_response response = {0};
    if (!files)
        ASSERT(http_static_open("/usr/share", &files) == GW_OK);
    http_static_serve(files, request, &response);
    if (response.has_file)
        close(response.file);
    buf_free(&response.headers);
    buf_free(&response.body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_request request, again;
    size_t head_size = 0, same_size = 0;
    const char *bytes = (const char *)data;
    unsigned status = http_parse(bytes, size, HEAD_BYTES_MAX, &request, &head_size);
    if (status != 200)
        return 0;
    ASSERT(head_size > 0 && head_size <= size && head_size <= HEAD_BYTES_MAX);
    ASSERT(http_parse(bytes, head_size, HEAD_BYTES_MAX, &again, &same_size) == 200);
    ASSERT(same_size == head_size && again.header_count == request.header_count);
    ASSERT(http_parse(bytes, head_size - 1, HEAD_BYTES_MAX, &again, &same_size) == 0);
    check_request(&request, data, head_size);
    check_handshake(&request);
    check_files(&request);
    return 0;
}
