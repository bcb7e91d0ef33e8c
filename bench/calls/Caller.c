/* Caller: the half of a pair on the game that calls. */
#include "bench.h"

void Caller_Pass(Caller *self, gw_id from, int64_t number)
{
    self->passed++;
    Caller_call_Pass(self->partner, from, number + 1);
}

static void end_partner(gw_entity *entity)
{
    const Caller *self = GW_AS(Caller, entity);
    if (self->calls_target)
        Target_call_End(self->partner);
}

GW_RPC_DEFINE(Caller, CALLER_RPC)
const gw_entity_type Caller_type = {
    .name = "Caller",
    .size = sizeof(Caller),
    .methods = Caller_methods,
    .on_destroy = end_partner,
};
