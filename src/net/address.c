/* address: see address.h. */
#include "net/address.h"

#include <ctype.h>
#include <stdlib.h>

static gw_err parse_port(const char *text, struct address *out)
{
    size_t size = strlen(text);
    if (size == 0 || size >= sizeof out->port || strspn(text, "0123456789") != size ||
        strtol(text, NULL, 10) > UINT16_MAX)
        return GW_EINVAL;
    memcpy(out->port, text, size + 1);
    return GW_OK;
}

static gw_err parse_host(const char *text, size_t size, struct address *out)
{
    if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
        text++;
        size -= 2;
    } else if (memchr(text, ':', size)) {
        return GW_EINVAL;
    }
    if (size >= sizeof out->host)
        return GW_EINVAL;
    memcpy(out->host, text, size);
    out->host[size] = '\0';
    return GW_OK;
}

gw_err address_parse(const char *text, struct address *out)
{
    struct address address;
    const char *colon = strrchr(text, ':');
    gw_err err = parse_host(text, colon ? (size_t)(colon - text) : 0, &address);
    if (!err)
        err = parse_port(colon ? colon + 1 : text, &address);
    if (!err)
        *out = address;
    return err;
}
