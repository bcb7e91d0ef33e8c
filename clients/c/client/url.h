/* url: reads the address of a gate. */
#pragma once

#include "net/address.h"

struct url {
    bool is_websocket;
    struct address address;
    const char *path; /* of a WebSocket, inside the text that was read; "" when there is none */
};

/* Takes "host:port", "tcp://host:port", "ws://host:port/path"; false for anything else. */
bool url_parse(const char *text, struct url *out);
