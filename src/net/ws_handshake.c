/* ws_handshake: see ws_handshake.h. */
#include "net/ws_handshake.h"

#include "base/buf.h"
#include "net/sha1.h"

enum { KEY_CHARS = 24, ACCEPT_CHARS = 28 };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The base64 of 16 bytes: 22 characters and "==". */
static bool is_key(struct http_text key)
{
    if (key.size != KEY_CHARS || memcmp(key.data + KEY_CHARS - 2, "==", 2) != 0)
        return false;
    for (unsigned i = 0; i < KEY_CHARS - 2; i++)
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

static void encode(const uint8_t digest[20], char text[ACCEPT_CHARS + 1])
{
    uint8_t bytes[21] = {0};
    memcpy(bytes, digest, 20);
    for (unsigned i = 0; i < 7; i++) {
        const uint8_t *at = bytes + 3 * i;
        uint32_t bits = (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
        for (unsigned j = 0; j < 4; j++)
            text[4 * i + j] = alphabet[bits >> (18 - 6 * j) & 63];
    }
    memcpy(text + ACCEPT_CHARS - 1, "=", 2);
}

void ws_handshake_answer(const struct http_request *request, struct buf *out)
{
    static const char salt[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    struct http_text key = http_header(request, "Sec-WebSocket-Key");
    char salted[KEY_CHARS + sizeof salt], accept[ACCEPT_CHARS + 1];
    uint8_t digest[20];
    memcpy(salted, key.data, KEY_CHARS);
    memcpy(salted + KEY_CHARS, salt, sizeof salt);
    sha1(salted, sizeof salted - 1, digest);
    encode(digest, accept);
    buf_print(out,
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Accept: %s\r\n\r\n",
              accept);
}
