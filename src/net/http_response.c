/* http_response: see http_response.h. */
#include "net/http_response.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static const struct {
    unsigned status;
    const char *text;
} statuses[] = {
    {200, "OK"},
    {301, "Moved Permanently"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {426, "Upgrade Required"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

static const char *text_of(unsigned status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (statuses[i].status == status)
            return statuses[i].text;
    return "Status";
}

void http_response_error(struct http_response *response, unsigned status)
{
    response->status = status;
    response->content_type = NULL;
    buf_clear(&response->body);
    buf_print(&response->body, "%u %s\n", status, text_of(status));
    if (status == 405)
        buf_print(&response->headers, "Allow: GET, HEAD\r\n");
    if (status == 426)
        buf_print(&response->headers, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
}

/* By hand, because strftime follows the locale. */
void http_date(int64_t unix_seconds, char text[HTTP_DATE_BYTES])
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)unix_seconds;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    snprintf(text, HTTP_DATE_BYTES, "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
             days + (ptrdiff_t)3 * tm.tm_wday, (unsigned)tm.tm_mday % 100,
             months + (ptrdiff_t)3 * tm.tm_mon, (unsigned)(tm.tm_year + 1900) % 10000,
             (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
}

void http_response_head(const struct http_response *response, bool keep_alive, int64_t wall_ms,
                        struct buf *out)
{
    char date[HTTP_DATE_BYTES];
    unsigned status = response->status ? response->status : 200;
    const char *type =
        response->content_type ? response->content_type : "text/plain; charset=utf-8";
    http_date(wall_ms / 1000, date);
    buf_print(out, "HTTP/1.1 %u %s\r\nDate: %s\r\nConnection: %s\r\n", status, text_of(status),
              date,
              status == 426 ? keep_alive ? "Upgrade" : "Upgrade, close"
              : keep_alive  ? "keep-alive"
                            : "close");
    if (status != 304)
        buf_print(out, "Content-Type: %s\r\nContent-Length: %" PRIu64 "\r\n", type,
                  response->has_file ? response->file_bytes : response->body.size);
    buf_print(out, "X-Content-Type-Options: nosniff\r\n");
    buf_append(out, response->headers.data, response->headers.size);
    buf_append(out, "\r\n", 2);
}
