/* Target: the half of a pair on the game that is called. */
#include "bench.h"

static int64_t batch, wrong; /* of all targets: calls since the last credit */

void Target_Hit(Target *self, gw_id from, int64_t number)
{
    wrong += number != self->calls++;
    if (++batch < BATCH_CALLS)
        return;
    Account_call_Credit(from, batch, wrong);
    batch = wrong = 0;
}

void Target_Ask(Target *self, gw_id from, int64_t number)
{
    self->calls++;
    Account_call_Answer(from, number);
}

void Target_End(Target *self)
{
    gw_destroy(&self->base);
}

GW_RPC_DEFINE(Target, TARGET_RPC)
const gw_entity_type Target_type = {
    .name = "Target",
    .size = sizeof(Target),
    .methods = Target_methods,
};
