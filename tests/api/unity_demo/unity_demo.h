/* The Unity demo: players shoot at monsters, who hit back, in spaces of several kinds. */
#pragma once

#include <goworld/goworld.h>

#define SPACE_PLAYERS_MAX 100
#define SPACES_MAX 64
#define WAITING_MAX 1024
#define ONLINE_MAX 4096
#define NAME_BYTES_MAX 31

extern const gw_entity_type Account_type, Player_type, Monster_type;
extern const gw_entity_type MySpace_type, SpaceService_type, OnlineService_type;

/* Whom an entity shows itself to. */
static inline gw_clients viewers_of(gw_entity *entity)
{
    return gw_own_client(entity);
}

/* ---- Account: registers, logs in, and hands its client to a Player ------------------------- */
typedef struct Account {
    gw_entity base;
    bool busy;           /* a registration or login is under way */
    gw_timer login_ends; /* while a Player is asked for */
} Account;

#define ACCOUNT_RPC(RPC)                                                                           \
    RPC(Account, Register, GW_OWN_CLIENT | GW_FIBER, (str, username), (str, password))             \
    RPC(Account, Login, GW_OWN_CLIENT | GW_FIBER, (str, username), (str, password))                \
    RPC(Account, OnGetPlayerSpaceID, GW_SERVER, (id, player), (id, space))                         \
    RPC(Account, GiveUpLogin, GW_SERVER)
GW_RPC_DECLARE(ACCOUNT_RPC)

/* ---- Player: what a person moves and shoots with ------------------------------------------- */
typedef struct Player {
    gw_entity base;
    gw_text name;
    int64_t lv, hp, hpmax;
    char action[16]; /* what its body does: idle, move, death */
    int64_t spaceKind;
    gw_id space; /* where it is; none at first */
} Player;

#define PLAYER_RPC(RPC)                                                                            \
    RPC(Player, SetAction, GW_OWN_CLIENT, (str, action))                                           \
    RPC(Player, ShootMiss, GW_OWN_CLIENT)                                                          \
    RPC(Player, ShootHit, GW_OWN_CLIENT, (id, victim))                                             \
    RPC(Player, EnterSpace, GW_OWN_CLIENT, (i64, kind))                                            \
    RPC(Player, DoEnterSpace, GW_SERVER, (i64, kind), (id, space))                                 \
    RPC(Player, GetSpaceID, GW_SERVER, (id, caller))
GW_RPC_DECLARE(PLAYER_RPC)

void Player_take_damage(Player *self, int64_t damage);

/* ---- Monster: fights the players of its space ---------------------------------------------- */
typedef struct Monster {
    gw_entity base;
    gw_text name;
    int64_t lv, hp, hpmax;
    char action[16];
    gw_id space;
    gw_id target; /* the player it fights; none while it idles */
    int64_t last_attack_ms;
} Monster;

#define MONSTER_RPC(RPC)                                                                           \
    RPC(Monster, AI, GW_SERVER)                                                                    \
    RPC(Monster, Tick, GW_SERVER)
GW_RPC_DECLARE(MONSTER_RPC)

void Monster_take_damage(Monster *self, int64_t damage);

/* ---- MySpace: a place where players and monsters are together ------------------------------ */
typedef struct MySpace {
    gw_entity base;
    int64_t kind;
    gw_timer destroy_check; /* runs while nobody is there */
} MySpace;

#define MYSPACE_RPC(RPC)                                                                           \
    RPC(MySpace, SummonMonsters, GW_SERVER)                                                        \
    RPC(MySpace, CheckForDestroy, GW_SERVER)                                                       \
    RPC(MySpace, ConfirmRequestDestroy, GW_SERVER, (bool, ok))
GW_RPC_DECLARE(MYSPACE_RPC)

/* Opens a space of that kind, which reports itself to the SpaceService. */
void MySpace_open(int64_t kind);
void MySpace_player_came(gw_id space);
void MySpace_player_left(gw_id space);
size_t MySpace_count_players(gw_id space);

/* ---- SpaceService: finds a space with room for a player ------------------------------------ */
typedef struct SpaceService {
    gw_entity base;
    struct open_space {
        gw_id id;
        int64_t kind, last_enter_ms;
    } spaces[SPACES_MAX];
    size_t space_count;
    struct waiting_player {
        gw_id id;
        int64_t kind;
    } waiting[WAITING_MAX]; /* for a space that is being opened */
    size_t waiting_count;
} SpaceService;

#define SPACESERVICE_RPC(RPC)                                                                      \
    RPC(SpaceService, EnterSpace, GW_SERVER, (id, player), (i64, kind))                            \
    RPC(SpaceService, NotifySpaceLoaded, GW_SERVER, (i64, kind), (id, space))                      \
    RPC(SpaceService, RequestDestroy, GW_SERVER, (i64, kind), (id, space))
GW_RPC_DECLARE(SPACESERVICE_RPC)
GW_SERVICE_RPC_DECLARE(SPACESERVICE_RPC)

/* ---- OnlineService: who is playing --------------------------------------------------------- */
typedef struct OnlineService {
    gw_entity base;
    struct online_player {
        gw_id id;
        char name[NAME_BYTES_MAX + 1];
        int64_t level;
    } * players;
    size_t player_count;
    int64_t level_max; /* the highest that was ever seen */
} OnlineService;

#define ONLINESERVICE_RPC(RPC)                                                                     \
    RPC(OnlineService, CheckIn, GW_SERVER, (id, player), (str, name), (i64, level))                \
    RPC(OnlineService, CheckOut, GW_SERVER, (id, player))
GW_RPC_DECLARE(ONLINESERVICE_RPC)
GW_SERVICE_RPC_DECLARE(ONLINESERVICE_RPC)
