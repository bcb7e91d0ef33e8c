/* A small entity type, for the ways to use it wrongly. A file of this folder compiles as it is, and
 * must not compile with MISUSE defined; its second line says what the compiler then complains of.
 */
#pragma once

#include <goworld/goworld.h>

typedef struct Guild {
    gw_entity base;
    gw_text name;
    int64_t gold;
} Guild;

#define GUILD_RPC(RPC)                                                                             \
    RPC(Guild, Rename, GW_OWN_CLIENT, (str, name))                                                 \
    RPC(Guild, Pay, GW_SERVER, (id, member), (i64, gold))                                          \
    RPC(Guild, Close, GW_SERVER | GW_FIBER)
GW_RPC_DECLARE(GUILD_RPC)

#define GUILD_CLIENT_RPC(RPC) RPC(Guild, ShowNotice, (str, text), (bool, urgent))
GW_CLIENT_RPC_DECLARE(GUILD_CLIENT_RPC)
