/* http: a small HTTP/1.1 server for pages, metrics and the way into WebSockets. */
#pragma once

#include "net/http_response.h"
#include "net/streamlink.h"
#include "net/tcp.h"

/* Answers a GET or HEAD, at once; what it borrows from the request ends with the call. The body of
 * an answer to HEAD is left out by the server. */
typedef void (*http_handler)(void *user, const struct http_request *request,
                             struct http_response *response);

struct http_desc {
    const char *address;      /* see struct tcp_listen_desc */
    unsigned connections_max; /* WebSockets included; beyond, they are closed at once; 0: 100,000 */
    const struct tcp_admission *admission; /* NULL: everybody */
    /* Of those, that are no WebSocket (yet). Where there are as many, the one that has been idle
     * longest gives way to a new one, or else the one that has been longest without a request;
     * 0: 1,000 */
    unsigned plain_max;
    int64_t
        head_timeout_ms; /* for a request to come whole, the first from the accept on; 0: 10 s */
    int64_t idle_timeout_ms;     /* between requests; 0: 60 s */
    int64_t progress_timeout_ms; /* for the peer to take more of an answer; 0: 30 s */
    size_t head_bytes_max;       /* of a request; 0: 8 KiB */
    http_handler handle;         /* NULL: nothing is found */
    void *handle_user;

    const char *websocket_path; /* NULL: no WebSockets */
    const char *const
        *origins; /* whose pages may open one, "https://example.org", NULL at the end; NULL: all */
    struct link_limits limits;                       /* of WebSockets */
    void (*accepted)(void *user, struct link *link); /* takes the link: sets events and user */
    void *accepted_user;
};

/* Borrows what the descriptor points to. */
struct http_server;
GW_NODISCARD
gw_err http_listen(struct tcp *tcp, const struct http_desc *desc,
                   struct http_server **out); /* errors as tcp_listen */
uint16_t http_server_port(const struct http_server *server);
/* Before tcp_destroy. Its WebSockets stay, its other connections are closed; NULL does nothing. */
void http_server_close(struct http_server *server);
