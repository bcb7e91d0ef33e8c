/* dial: see dial.h. */
#include "host/dial.h"

#include "base/buf.h"
#include "net/tcplink.h"

#include <stdlib.h>

/* Unsent to one dispatcher; at this limit it counts as dead. */
#define QUEUE_BYTES_MAX ((size_t)256 * 1024 * 1024)

struct dial {
    struct dialler *dialler;
    unsigned index;
};

struct dialler {
    struct dialler_desc desc;
    struct dial dials[]; /* one for each dispatcher: there is never more than one dial to it */
};

struct dialler *dialler_create(const struct dialler_desc *desc)
{
    unsigned count = desc->conf->deployment.dispatchers;
    struct dialler *dialler = mem_zalloc(sizeof *dialler + count * sizeof *dialler->dials);
    dialler->desc = *desc;
    for (unsigned i = 0; i < count; i++)
        dialler->dials[i] = (struct dial){.dialler = dialler, .index = i};
    return dialler;
}

void dialler_destroy(struct dialler *dialler)
{
    free(dialler);
}

/* Why it failed is left out: whoever dials says, now and then, that the dispatcher cannot be
 * reached. */
static void connected(void *user, struct link *link, const char *reason)
{
    const struct dial *dial = user;
    const struct dialler_desc *desc = &dial->dialler->desc;
    (void)reason;
    if (link)
        desc->up(desc->user, dial->index, link);
    else
        desc->down(desc->user, dial->index);
}

void dialler_dial(struct dialler *dialler, unsigned index)
{
    const struct conf_dispatcher *dispatcher = conf_dispatcher(dialler->desc.conf, index + 1);
    struct host_address address = host_address(&dispatcher->advertise);
    tcplink_connect(dialler->desc.host->tcp,
                    &(struct tcplink_connect_desc){.address = address.text,
                                                   .send_buffer_bytes = TCPLINK_SEND_BUFFER_BYTES,
                                                   .limits.queue_bytes_max = QUEUE_BYTES_MAX,
                                                   .connected = connected,
                                                   .user = &dialler->dials[index]});
}
