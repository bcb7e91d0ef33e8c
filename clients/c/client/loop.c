/* loop: what a client needs of a loop, its own or the program's. */
#include "client/client.h"

#include <poll.h>
#include <time.h>

int64_t gwc_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int gwc_fd(const gwc_client *client)
{
    return client->is_dialled ? client->transport->ops->fd(client->transport) : -1;
}

short gwc_events(const gwc_client *client)
{
    if (!client->is_dialled)
        return 0;
    short wanted = client->transport->ops->events(client->transport);
    return client->out.size > 0 ? (short)(wanted | POLLOUT) : wanted;
}

/* When the client wants to be called at the latest, whatever its descriptor does. */
static int64_t next_ms(const gwc_client *client)
{
    bool at_once = client->is_leaving || client->is_stuck ||
                   (client->state == GWC_CONNECTING && !client->is_dialled);
    if (at_once)
        return INT64_MIN;
    if (client->state == GWC_CLOSED || (client->state == GWC_OPEN && !client_beats(client)))
        return INT64_MAX;
    return client->state == GWC_OPEN ? client->beat_ms : client->due_ms;
}

int gwc_timeout_ms(const gwc_client *client, int64_t now_ms)
{
    int64_t at_ms = next_ms(client);
    if (at_ms == INT64_MAX)
        return -1;
    if (at_ms <= now_ms)
        return 0;
    return at_ms - now_ms > INT32_MAX ? INT32_MAX : (int)(at_ms - now_ms);
}

static int shorter(int a_ms, int b_ms)
{
    return a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms;
}

bool gwc_run(gwc_client *client, int timeout_ms)
{
    if (client->is_busy || client->state == GWC_CLOSED)
        return client->state != GWC_CLOSED;
    struct pollfd wanted = {.fd = gwc_fd(client), .events = gwc_events(client)};
    poll(&wanted, 1, shorter(timeout_ms, gwc_timeout_ms(client, gwc_now_ms())));
    gwc_process(client, gwc_now_ms());
    return client->state != GWC_CLOSED;
}
