/* The game: players ring a bell, and everybody hears it. */
#pragma once

#include <goworld/goworld.h>

#define NAME_BYTES_MAX 32

extern const gw_entity_type Player_type, Bell_type;

/* Each client that connects is given a Player, as boot_entity in goworld.ini says. */
typedef struct Player {
    gw_entity base; /* the first member of every entity */
    gw_text name;
    int32_t rings; /* how often this player has rung */
} Player;

/* What may be called on a Player: by its own client (GW_OWN_CLIENT), or by entities only. For each
 * row there is a function to write, Player_Ring in Player.c, and one to call, Player_call_Ring. */
#define PLAYER_RPC(RPC)                                                                            \
    RPC(Player, SetName, GW_OWN_CLIENT, (str, name))                                               \
    RPC(Player, Ring, GW_OWN_CLIENT)                                                               \
    RPC(Player, Welcome, GW_SERVER, (i64, rings_of_all))
GW_RPC_DECLARE(PLAYER_RPC)

/* What the server calls in the browser, by Player_client_OnRing and so on; web/app.js answers. */
#define PLAYER_CLIENT_RPC(RPC)                                                                     \
    RPC(Player, OnWelcome, (i64, rings_of_all))                                                    \
    RPC(Player, OnRing, (str, name), (i64, rings_of_all))                                          \
    RPC(Player, OnError, (str, message))
GW_CLIENT_RPC_DECLARE(PLAYER_CLIENT_RPC)

/* A service: there is one Bell, however many processes the game runs on. */
typedef struct Bell {
    gw_entity base;
    int64_t rings_of_all; /* since the game was made: it is kept in the database */
} Bell;

#define BELL_RPC(RPC)                                                                              \
    RPC(Bell, Ring, GW_SERVER, (str, name))                                                        \
    RPC(Bell, Greet, GW_SERVER, (id, player))
GW_RPC_DECLARE(BELL_RPC)
GW_SERVICE_RPC_DECLARE(BELL_RPC) /* Bell_service_Ring: no entity's id is needed */
