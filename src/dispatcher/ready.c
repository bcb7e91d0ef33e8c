/* ready: see ready.h. */
#include "dispatcher/ready.h"

#include "dispatcher/core.h"
#include "wire/messages.h"

/* Once ready stays ready: a process that dies later is another matter. */
void ready_check(struct dispatcher *d)
{
    if (d->stats.ready || d->games.count < d->desc.desired_games ||
        d->gates.count < d->desc.desired_gates)
        return;
    d->stats.ready = 1;
    log_info(d->desc.log, "deployment_ready", "games=%zu gates=%zu", d->games.count,
             d->gates.count);
    struct buf *b = dispatcher_scratch(d);
    msg_notify_deployment_ready_write(b, &(struct msg_notify_deployment_ready){});
    peers_send(&d->games, NULL, b->data, b->size);
}
