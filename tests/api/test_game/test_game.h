/* The test game: whatever a robot client can ask of a server. */
#pragma once

#include <goworld/goworld.h>

#define SPACES_MAX 128
#define SUBSCRIPTIONS_MAX 4096
#define SUBJECT_BYTES_MAX 63
#define ONLINE_MAX 4096

extern const gw_entity_type Account_type, Avatar_type, Monster_type, AOITester_type, MySpace_type;
extern const gw_entity_type OnlineService_type, SpaceService_type, MailService_type;
extern const gw_entity_type PublishSubscribeService_type;

/* ---- Account ------------------------------------------------------------------------------- */
typedef struct Account {
    gw_entity base;
    bool logging_in;
} Account;

#define ACCOUNT_RPC(RPC)                                                                           \
    RPC(Account, Login, GW_OWN_CLIENT | GW_FIBER, (str, username), (str, password))                \
    RPC(Account, OnGetAvatarSpaceID, GW_SERVER, (id, avatar), (id, space))                         \
    RPC(Account, RetryLoginToAvatar, GW_SERVER, (id, avatar))
GW_RPC_DECLARE(ACCOUNT_RPC)

/* ---- Avatar -------------------------------------------------------------------------------- */
typedef struct Avatar {
    gw_entity base;
    gw_text name;
    int64_t level, prof, exp;
    int64_t spaceKind, lastMailID;
    gw_id space;
    int64_t echoes_missing; /* of TestCallAll */
} Avatar;

#define AVATAR_RPC(RPC)                                                                            \
    RPC(Avatar, GetSpaceID, GW_SERVER, (id, caller))                                               \
    RPC(Avatar, EnterSpace, GW_OWN_CLIENT, (i64, kind))                                            \
    RPC(Avatar, DoEnterSpace, GW_SERVER, (i64, kind), (id, space))                                 \
    RPC(Avatar, Say, GW_OWN_CLIENT, (str, channel), (str, content))                                \
    RPC(Avatar, SendMail, GW_OWN_CLIENT, (id, target), (str, mail))                                \
    RPC(Avatar, OnSendMail, GW_SERVER, (bool, ok))                                                 \
    RPC(Avatar, NotifyReceiveMail, GW_SERVER)                                                      \
    RPC(Avatar, GetMails, GW_OWN_CLIENT)                                                           \
    RPC(Avatar, OnGetMail, GW_SERVER, (i64, mail_id), (str, mail))                                 \
    RPC(Avatar, OnGetMails, GW_SERVER, (bool, ok))                                                 \
    RPC(Avatar, TestPublish, GW_OWN_CLIENT)                                                        \
    RPC(Avatar, OnPublish, GW_SERVER, (str, subject), (str, content))                              \
    RPC(Avatar, TestAOI, GW_OWN_CLIENT)                                                            \
    RPC(Avatar, FinishTestAOI, GW_SERVER, (id, tester))                                            \
    RPC(Avatar, TestCallAll, GW_OWN_CLIENT)                                                        \
    RPC(Avatar, TestCallAllEcho, GW_ANY_CLIENT, (id, avatar))                                      \
    RPC(Avatar, PerSecondTick, GW_SERVER, (i64, number), (str, text))
GW_RPC_DECLARE(AVATAR_RPC)

/* ---- Monster and AOITester: things to be seen ---------------------------------------------- */
typedef struct Monster {
    gw_entity base;
    gw_text name;
    gw_id space;
} Monster;

typedef struct AOITester {
    gw_entity base;
    gw_text name;
} AOITester;

/* ---- MySpace ------------------------------------------------------------------------------- */
typedef struct MySpace {
    gw_entity base;
    int64_t kind;
    gw_timer destroy_check; /* runs while nobody is there */
} MySpace;

#define MYSPACE_RPC(RPC)                                                                           \
    RPC(MySpace, CheckForDestroy, GW_SERVER)                                                       \
    RPC(MySpace, ConfirmRequestDestroy, GW_SERVER, (bool, ok))
GW_RPC_DECLARE(MYSPACE_RPC)

/* Opens a space of that kind, with its monsters. */
gw_id MySpace_open(int64_t kind);
void MySpace_avatar_came(gw_id space);
void MySpace_avatar_left(gw_id space);

/* ---- SpaceService: one space of each kind -------------------------------------------------- */
typedef struct SpaceService {
    gw_entity base;
    struct kind_of_space {
        int64_t kind, last_enter_ms;
        gw_id id;
    } kinds[SPACES_MAX];
    size_t kind_count;
} SpaceService;

#define SPACESERVICE_RPC(RPC)                                                                      \
    RPC(SpaceService, EnterSpace, GW_SERVER, (id, avatar), (i64, kind))                            \
    RPC(SpaceService, RequestDestroy, GW_SERVER, (i64, kind), (id, space))
GW_RPC_DECLARE(SPACESERVICE_RPC)
GW_SERVICE_RPC_DECLARE(SPACESERVICE_RPC)

/* ---- OnlineService ------------------------------------------------------------------------- */
typedef struct OnlineService {
    gw_entity base;
    gw_id avatars[ONLINE_MAX];
    size_t avatar_count;
    int64_t level_max;
} OnlineService;

#define ONLINESERVICE_RPC(RPC)                                                                     \
    RPC(OnlineService, CheckIn, GW_SERVER, (id, avatar), (str, name), (i64, level))                \
    RPC(OnlineService, CheckOut, GW_SERVER, (id, avatar))
GW_RPC_DECLARE(ONLINESERVICE_RPC)
GW_SERVICE_RPC_DECLARE(ONLINESERVICE_RPC)

/* ---- MailService: mails in the key-value database, numbered by a persistent counter -------- */
typedef struct MailService {
    gw_entity base;
    int64_t lastMailID;
} MailService;

#define MAILSERVICE_RPC(RPC)                                                                       \
    RPC(MailService, SendMail, GW_SERVER, (id, sender), (id, target), (str, mail))                 \
    RPC(MailService, GetMails, GW_SERVER, (id, avatar), (i64, last_mail_id))
GW_RPC_DECLARE(MAILSERVICE_RPC)
GW_SERVICE_RPC_DECLARE(MAILSERVICE_RPC)

/* ---- PublishSubscribeService --------------------------------------------------------------- */
typedef struct PublishSubscribeService {
    gw_entity base;
    struct subscription {
        gw_id subscriber;
        char subject[SUBJECT_BYTES_MAX + 1]; /* or a prefix, followed by an asterisk */
    } * subscriptions;
    size_t subscription_count;
} PublishSubscribeService;

#define PUBLISHSUBSCRIBESERVICE_RPC(RPC)                                                           \
    RPC(PublishSubscribeService, Subscribe, GW_SERVER, (id, subscriber), (str, subject))           \
    RPC(PublishSubscribeService, Unsubscribe, GW_SERVER, (id, subscriber), (str, subject))         \
    RPC(PublishSubscribeService, UnsubscribeAll, GW_SERVER, (id, subscriber))                      \
    RPC(PublishSubscribeService, Publish, GW_SERVER, (str, subject), (str, content))
GW_RPC_DECLARE(PUBLISHSUBSCRIBESERVICE_RPC)
GW_SERVICE_RPC_DECLARE(PUBLISHSUBSCRIBESERVICE_RPC)
