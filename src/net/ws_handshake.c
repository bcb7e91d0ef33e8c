/* ws_handshake: see ws_handshake.h. */
#include "net/ws_handshake.h"

#include "base/buf.h"
#include "net/sha1.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The base64 of 16 bytes: 22 characters and "==". */
static bool is_key(struct http_text key)
{
    if (key.size != WS_KEY_CHARS || memcmp(key.data + WS_KEY_CHARS - 2, "==", 2) != 0)
        return false;
    for (unsigned i = 0; i < WS_KEY_CHARS - 2; i++)
        if (key.data[i] == '\0' || !strchr(alphabet, key.data[i]))
            return false;
    return true;
}

static bool is_allowed(struct http_text origin, const char *const *origins)
{
    if (!origins || !origin.data)
        return true;
    for (; *origins; origins++)
        if (http_text_is_nocase(origin, *origins))
            return true;
    return false;
}

unsigned ws_handshake_check(const struct http_request *request, const char *const *origins)
{
    bool wants = request->is_1_1 && http_header_has(request, "Upgrade", "websocket") &&
                 http_header_has(request, "Connection", "upgrade");
    if (!wants || !http_text_is(http_header(request, "Sec-WebSocket-Version"), "13"))
        return 426;
    if (request->method != HTTP_GET || !is_key(http_header(request, "Sec-WebSocket-Key")))
        return 400;
    return is_allowed(http_header(request, "Origin"), origins) ? 101 : 403;
}

/* In base64, with a NUL. */
static void encode(const uint8_t *bytes, size_t size, char *text)
{
    for (; size > 0; bytes += 3, text += 4) {
        size_t part = size < 3 ? size : 3;
        uint8_t group[3] = {0};
        memcpy(group, bytes, part);
        uint32_t bits = (uint32_t)group[0] << 16 | (uint32_t)group[1] << 8 | group[2];
        for (unsigned i = 0; i < 4; i++)
            text[i] = i <= part ? alphabet[bits >> (18 - 6 * i) & 63] : '=';
        size -= part;
    }
    *text = '\0';
}

void ws_handshake_key(const uint8_t bytes[16], char key[WS_KEY_CHARS + 1])
{
    encode(bytes, 16, key);
}

void ws_handshake_accept(const char key[WS_KEY_CHARS], char accept[WS_ACCEPT_CHARS + 1])
{
    static const char salt[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char salted[WS_KEY_CHARS + sizeof salt];
    uint8_t digest[20];
    memcpy(salted, key, WS_KEY_CHARS);
    memcpy(salted + WS_KEY_CHARS, salt, sizeof salt);
    sha1(salted, sizeof salted - 1, digest);
    encode(digest, sizeof digest, accept);
}

void ws_handshake_answer(const struct http_request *request, struct buf *out)
{
    char accept[WS_ACCEPT_CHARS + 1];
    ws_handshake_accept(http_header(request, "Sec-WebSocket-Key").data, accept);
    buf_print(out,
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Accept: %s\r\n\r\n",
              accept);
}
