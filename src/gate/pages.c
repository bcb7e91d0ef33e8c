/* pages: see pages.h. */
#include "gate/pages.h"

#include "host/embedded.h"

#define LIBRARY_PATH "/goworld/"

/* clients/js, made by the build. */
extern const struct embedded_file client_library_files[];

/* Returns what follows LIBRARY_PATH; empty when the path is another. */
static struct http_text library_name(const struct http_request *request)
{
    static const size_t skip = sizeof LIBRARY_PATH - 1;
    struct http_text path = request->path;
    if (path.size <= skip || memcmp(path.data, LIBRARY_PATH, skip) != 0)
        return (struct http_text){0};
    return (struct http_text){path.data + skip, path.size - skip};
}

static void serve_library(struct http_text name, struct http_response *response)
{
    for (const struct embedded_file *file = client_library_files; file->name; file++) {
        if (!http_text_is(name, file->name))
            continue;
        response->content_type = "text/javascript; charset=utf-8";
        buf_print(&response->headers, "Cache-Control: no-cache\r\n");
        buf_append(&response->body, file->data, file->size);
        return;
    }
    http_response_error(response, 404);
}

void pages_handle(void *user, const struct http_request *request, struct http_response *response)
{
    struct pages *pages = user;
    if (admin_handle(&pages->admin, request, response))
        return;
    struct http_text library = library_name(request);
    if (library.size)
        serve_library(library, response);
    else if (pages->root)
        http_static_serve(pages->root, request, response);
    else
        http_response_error(response, 404);
}
