/* The Unity demo: players shoot at monsters, who hit back, in spaces all over the cluster. */
#pragma once

#include <goworld/goworld.h>

#define NAME_BYTES_MAX 31
#define PLAYERS_ONLINE_MAX 10000
#define CHECK_IN_INTERVAL_MS GW_MINUTE
#define SPACE_KIND_MAX 100
#define SPACE_PLAYERS_MAX 100
#define SPACE_REPORT_INTERVAL_MS (5 * GW_SECOND)

extern const gw_entity_type Account_type, Player_type, Monster_type, MySpace_type;
extern const gw_entity_type SpaceService_type, OnlineService_type;

/* ---- Player: what a person moves and shoots with -------------------------------------------- */

typedef struct Player {
    gw_entity base;
    gw_text name;
    int64_t lv, hp, hpmax;
    char action[16];   /* what its body does: idle, move, death */
    int64_t spaceKind; /* of the space that it is in, or on its way to */
} Player;

#define PLAYER_RPC(RPC)                                                                            \
    RPC(Player, SetAction, GW_OWN_CLIENT, (str, action))                                           \
    RPC(Player, ShootMiss, GW_OWN_CLIENT)                                                          \
    RPC(Player, ShootHit, GW_OWN_CLIENT, (id, victim))                                             \
    RPC(Player, EnterSpace, GW_OWN_CLIENT, (i64, kind))                                            \
    RPC(Player, Check, GW_SERVER)                                                                  \
    RPC(Player, CheckIn, GW_SERVER)                                                                \
    RPC(Player, DoEnterSpace, GW_SERVER, (i64, kind), (id, space))
GW_RPC_DECLARE(PLAYER_RPC)

void Player_take_damage(Player *self, int64_t damage);

/* ---- Monster: hunts the players that it sees ------------------------------------------------- */

typedef struct Monster {
    gw_entity base;
    gw_text name;
    int64_t lv, hp, hpmax;
    char action[16];
    gw_id target;  /* whom it hunts; none while it idles */
    bool in_reach; /* near enough to hit */
    int64_t attacked_ms, moved_ms;
} Monster;

void Monster_take_damage(Monster *self, int64_t damage);

/* ---- MySpace: a place where players and monsters are together -------------------------------- */

typedef struct MySpace {
    gw_entity base;
    gw_timer close_timer; /* runs while no player is there */
    bool is_closing;      /* it has asked whether it may go, and nobody has come since */
} MySpace;

/* ---- SpaceService: finds every player a space with room -------------------------------------- */

typedef struct SpaceService {
    gw_entity base;
    struct spaces *spaces;
} SpaceService;

#define SPACESERVICE_RPC(RPC)                                                                      \
    RPC(SpaceService, EnterSpace, GW_SERVER, (id, player), (i64, kind))                            \
    RPC(SpaceService, NotifySpace, GW_SERVER, (i64, kind), (id, space), (i64, players))            \
    RPC(SpaceService, NotifyArrival, GW_SERVER, (id, player))
#define SPACESERVICE_ASK(ASK)                                                                      \
    ASK(SpaceService, RequestDestroy, GW_SERVER, ((id, space)), ((bool, granted)))
GW_RPC_DECLARE(SPACESERVICE_RPC)
GW_ASK_DECLARE(SPACESERVICE_ASK)
GW_SERVICE_RPC_DECLARE(SPACESERVICE_RPC)
GW_SERVICE_ASK_DECLARE(SPACESERVICE_ASK)

/* ---- OnlineService: who is playing ----------------------------------------------------------- */

typedef struct OnlineService {
    gw_entity base;
    gw_map players;  /* names, by the ids of their players */
    gw_map heard_ms; /* when they checked in last, likewise */
    int64_t level_max;
} OnlineService;

#define ONLINESERVICE_RPC(RPC)                                                                     \
    RPC(OnlineService, CheckIn, GW_SERVER, (id, player), (str, name), (i64, level))                \
    RPC(OnlineService, CheckOut, GW_SERVER, (id, player))                                          \
    RPC(OnlineService, ForgetSilent, GW_SERVER)
GW_RPC_DECLARE(ONLINESERVICE_RPC)
GW_SERVICE_RPC_DECLARE(ONLINESERVICE_RPC)
