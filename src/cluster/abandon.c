/* abandon: see abandon.h. */
#include "cluster/abandon.h"

static void ignore_packet(void *user, const uint8_t *payload, size_t size)
{
    (void)user, (void)payload, (void)size;
}

static void ignore_closed(void *user, const char *reason)
{
    (void)user, (void)reason;
}

void link_abandon(struct link *link, const char *reason)
{
    static const struct link_events nobody = {.packet = ignore_packet, .closed = ignore_closed};
    link->events = &nobody;
    link->user = NULL;
    link_close(link, reason);
}
