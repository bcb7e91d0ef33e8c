/* What the games consist of whose calls are measured: the first one calls, the second is called. */
#pragma once

#include "../common/histogram.h"

#include <goworld/goworld.h>

enum { CALLED_GAME = 2, BATCH_CALLS = 1000 }; /* a batch of one-way calls has one answer */

/* The client's player: what it calls, it has on game 1. */
typedef struct Account {
    gw_entity base;
    gw_id caller;             /* one way: the pair that called last */
    gw_id target;             /* of the call that waits for an answer */
    int64_t asked, asked_ns;  /* that call's number, and when it was made */
    int64_t calls, wrong;     /* since the last report */
    struct histogram latency; /* of calls that are answered */
} Account;

/* Half of a pair. */
typedef struct Caller {
    gw_entity base;
    gw_id partner; /* a Target of the other game, or the next Caller of this one */
    bool calls_target;
    int64_t calls;  /* made so far */
    int64_t passed; /* of those within this game, since the last report */
} Caller;

typedef struct Target {
    gw_entity base;
    int64_t calls; /* come so far */
} Target;

/* An entity as games are full of, which does nothing. */
typedef struct Idle {
    gw_entity base;
    char name[16];
    int32_t hp, mp;
} Idle;

/* One that is always being saved. */
typedef struct Saver {
    gw_entity base;
    int64_t saves;
} Saver;

extern const gw_entity_type Account_type, Caller_type, Target_type, Idle_type, Saver_type,
    Field_type;

/* A space with that many idle entities, of which each sees some 95, and so many savers. */
void crowd_make(int64_t entities, int64_t savers);

#define ACCOUNT_RPC(RPC)                                                                           \
    RPC(Account, Oneway, GW_OWN_CLIENT, (i64, pairs), (i64, outstanding))                          \
    RPC(Account, Ask, GW_OWN_CLIENT, (i64, pairs), (i64, outstanding))                             \
    RPC(Account, Local, GW_OWN_CLIENT, (i64, pairs), (i64, outstanding))                           \
    RPC(Account, Fill, GW_OWN_CLIENT, (i64, entities))                                             \
    RPC(Account, Crowd, GW_OWN_CLIENT, (i64, entities), (i64, savers))                             \
    RPC(Account, Echo, GW_OWN_CLIENT, (i64, number))                                               \
    RPC(Account, Report, GW_OWN_CLIENT)                                                            \
    RPC(Account, Credit, GW_SERVER, (i64, calls), (i64, wrong))                                    \
    RPC(Account, Answer, GW_SERVER, (i64, number))
GW_RPC_DECLARE(ACCOUNT_RPC)

#define CALLER_RPC(RPC) RPC(Caller, Pass, GW_SERVER, (id, from), (i64, number))
GW_RPC_DECLARE(CALLER_RPC)

#define TARGET_RPC(RPC)                                                                            \
    RPC(Target, Hit, GW_SERVER, (id, from), (i64, number))                                         \
    RPC(Target, Ask, GW_SERVER, (id, from), (i64, number))                                         \
    RPC(Target, End, GW_SERVER)
GW_RPC_DECLARE(TARGET_RPC)
