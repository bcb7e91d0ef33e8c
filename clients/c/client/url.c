/* url: see url.h. */
#include "client/url.h"

#include <stdio.h>

/* What may stand in the line of an HTTP request. */
static bool is_visible(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

static const char *behind(const char *text, const char *start)
{
    size_t size = strlen(start);
    return strncmp(text, start, size) == 0 ? text + size : NULL;
}

bool url_parse(const char *text, struct url *out)
{
    if (!text || !is_visible(text))
        return false;
    const char *websocket = behind(text, "ws://"), *tcp = behind(text, "tcp://");
    const char *rest = websocket ? websocket : tcp ? tcp : text;
    size_t size = websocket ? strcspn(rest, "/") : strlen(rest);
    char address[sizeof out->address.host + sizeof out->address.port + 4];
    if (size >= sizeof address)
        return false;
    snprintf(address, sizeof address, "%.*s", (int)size, rest);
    out->is_websocket = websocket != NULL;
    out->path = rest + size;
    return address_parse(address, &out->address) == GW_OK && out->address.host[0];
}
