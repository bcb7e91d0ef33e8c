/* http_static: answers requests with the files of one folder. */
#pragma once

#include "net/http_response.h"

/* The path "/" and folders mean their index.html. Only regular files inside the folder are served:
 * names that start with a dot are not found, and symbolic links are not followed, wherever they
 * lead. */
struct http_static;

/* GW_ENOTFOUND when there is no such folder. */
GW_NODISCARD
gw_err http_static_open(const char *folder, struct http_static **out);
void http_static_close(struct http_static *files); /* NULL does nothing */

void http_static_serve(const struct http_static *files, const struct http_request *request,
                       struct http_response *response);

enum { HTTP_STATIC_FILE_BYTES_MAX = 64 * 1024 * 1024 }; /* larger ones are refused */
