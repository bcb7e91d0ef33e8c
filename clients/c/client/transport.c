/* transport: see transport.h. */
#include "client/transport.h"

#include <stdarg.h>
#include <stdio.h>

bool failure_set(struct failure *failure, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(failure->reason, sizeof failure->reason, format, args);
    va_end(args);
    failure->code = 0;
    return false;
}

bool transport_flush(struct transport *transport, struct buf *out, struct failure *failure)
{
    size_t sent = 0;
    ssize_t count;
    do {
        const uint8_t *rest = sent ? out->data + sent : out->data; /* which may be NULL */
        count = transport->ops->send(transport, rest, out->size - sent, failure);
        sent += count > 0 ? (size_t)count : 0;
    } while (count > 0 && sent < out->size);
    buf_consume(out, sent);
    if (out->size == 0)
        buf_free(out);
    return count >= 0;
}
