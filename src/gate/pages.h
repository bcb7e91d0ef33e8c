/* pages: what a gate answers to browsers: the game's page, the client library, its health and
 * numbers. */
#pragma once

#include "host/admin.h"
#include "net/http_static.h"

struct pages {
    struct admin admin;
    struct http_static *root; /* the game's page; NULL: there is none */
};

/* An http_handler: `user` is a struct pages. */
void pages_handle(void *user, const struct http_request *request, struct http_response *response);
