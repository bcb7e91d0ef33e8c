/* Account: makes the calls that its client asks for, and reports them. */
#include "bench.h"

#include "../common/clock.h"

#define ACCOUNT_CLIENT_RPC(RPC)                                                                    \
    RPC(Account, OnEcho, (i64, number))                                                            \
    RPC(Account, OnReport, (i64, calls), (i64, wrong), (i64, p50_ns), (i64, p90_ns),               \
        (i64, p99_ns), (i64, max_ns))
GW_CLIENT_RPC_DECLARE(ACCOUNT_CLIENT_RPC)

/* ---- calls that nobody answers, from one game to another ---- */

static Caller *next_caller(const Caller *last)
{
    gw_entity *next = last ? gw_next(&Caller_type, &last->base) : NULL;
    return (Caller *)(next ? next : gw_next(&Caller_type, NULL));
}

/* Every call is made by another pair than the last. */
static void call_targets(Account *self, int64_t count)
{
    Caller *caller = GW_FIND(Caller, self->caller);
    for (int64_t i = 0; i < count; i++) {
        caller = next_caller(caller);
        Target_call_Hit(caller->partner, self->base.id, caller->calls++);
    }
    self->caller = caller->base.id;
}

void Account_Oneway(Account *self, int64_t pairs, int64_t outstanding)
{
    for (int64_t i = 0; i < pairs; i++) {
        Caller *caller = GW_CREATE(Caller);
        caller->partner = gw_create_on(CALLED_GAME, &Target_type);
        caller->calls_target = true;
    }
    call_targets(self, outstanding > BATCH_CALLS ? outstanding : BATCH_CALLS);
}

/* A batch has come: the next may leave. */
void Account_Credit(Account *self, int64_t calls, int64_t wrong)
{
    self->calls += calls;
    self->wrong += wrong;
    call_targets(self, calls);
}

/* ---- a call and its answer, one at a time ---- */

static void ask(Account *self)
{
    self->asked_ns = now_ns();
    Target_call_Ask(self->target, self->base.id, self->asked);
}

/* There is one pair, whose half on this game the account is. */
void Account_Ask(Account *self, int64_t pairs, int64_t outstanding)
{
    (void)pairs;
    (void)outstanding;
    self->target = gw_create_on(CALLED_GAME, &Target_type);
    ask(self);
}

void Account_Answer(Account *self, int64_t number)
{
    self->wrong += number != self->asked++;
    self->calls++;
    histogram_add(&self->latency, now_ns() - self->asked_ns);
    ask(self);
}

/* ---- calls within this game ---- */

/* Calls go round, from each entity to the next. */
void Account_Local(Account *self, int64_t pairs, int64_t outstanding)
{
    Caller *first = GW_CREATE(Caller), *last = first;
    for (int64_t i = 1; i < pairs; i++) {
        Caller *caller = GW_CREATE(Caller);
        caller->partner = last->base.id;
        last = caller;
    }
    first->partner = last->base.id;
    Caller *at = NULL;
    for (int64_t i = 0; i < outstanding; i++) {
        at = next_caller(at);
        Caller_call_Pass(at->base.id, self->base.id, 0);
    }
}

/* What the callers have passed on since the last time. */
static int64_t take_passed(void)
{
    int64_t passed = 0;
    GW_EACH(Caller, caller) {
        passed += caller->passed;
        caller->passed = 0;
    }
    return passed;
}

/* ---- entities that do nothing ---- */

void Account_Fill(Account *self, int64_t entities)
{
    (void)self;
    while ((int64_t)gw_count(&Idle_type) < entities)
        GW_CREATE(Idle);
}

void Account_Crowd(Account *self, int64_t entities, int64_t savers)
{
    (void)self;
    crowd_make(entities, savers);
}

void Account_Echo(Account *self, int64_t number)
{
    Account_client_OnEcho(gw_own_client(&self->base), number);
}

/* ---- reports ---- */

void Account_Report(Account *self)
{
    const struct histogram *latency = &self->latency;
    Account_client_OnReport(gw_own_client(&self->base), self->calls + take_passed(), self->wrong,
                            histogram_quantile(latency, 0.5), histogram_quantile(latency, 0.9),
                            histogram_quantile(latency, 0.99), latency->max_ns);
    self->calls = self->wrong = 0;
    histogram_clear(&self->latency);
}

/* The pairs end with the client. */
static void end(gw_entity *entity)
{
    GW_EACH(Caller, caller)
        gw_destroy(&caller->base);
    if (!gw_id_is_none(GW_AS(Account, entity)->target))
        Target_call_End(GW_AS(Account, entity)->target);
    gw_destroy(entity);
}

GW_RPC_DEFINE(Account, ACCOUNT_RPC)
const gw_entity_type Account_type = {
    .name = "Account",
    .size = sizeof(Account),
    .methods = Account_methods,
    .on_client_lost = end,
};
