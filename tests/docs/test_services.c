/* The services of docs/guide/services.md. */
#include <goworld/goworld.h>
#include <goworld/sim.h>

/* ---- what would stand in a header ------------------------------------------------------------ */

typedef struct MailService {
    gw_entity base;
    int64_t sent; /* mails so far: their numbers. Goes back to the last save when its game dies */
} MailService;
extern const gw_entity_type MailService_type;

#define MAILSERVICE_RPC(RPC)                                                                       \
    RPC(MailService, SendMail, GW_SERVER, (id, from), (id, to), (str, text))
GW_RPC_DECLARE(MAILSERVICE_RPC)
GW_SERVICE_RPC_DECLARE(MAILSERVICE_RPC) /* calls by name */

typedef struct GuildService {
    gw_entity base;
    int64_t members; /* of all guilds of this shard */
} GuildService;
extern const gw_entity_type GuildService_type;

#define GUILDSERVICE_RPC(RPC) RPC(GuildService, Join, GW_SERVER, (str, guild), (id, who))
GW_RPC_DECLARE(GUILDSERVICE_RPC)
GW_SERVICE_RPC_DECLARE(GUILDSERVICE_RPC)

#define GUILDSERVICE_ASK(ASK) ASK(GuildService, Count, GW_SERVER, ((str, guild)), ((i64, members)))
GW_ASK_DECLARE(GUILDSERVICE_ASK)
GW_SERVICE_ASK_DECLARE(GUILDSERVICE_ASK)

typedef struct Avatar {
    gw_entity base;
} Avatar;
extern const gw_entity_type Avatar_type;

#define AVATAR_RPC(RPC)                                                                            \
    RPC(Avatar, SendMail, GW_OWN_CLIENT, (id, to), (str, text))                                    \
    RPC(Avatar, OnMail, GW_SERVER, (i64, number), (id, from), (str, text))                         \
    RPC(Avatar, JoinGuild, GW_OWN_CLIENT, (str, guild))                                            \
    RPC(Avatar, OnJoined, GW_SERVER, (i64, shard))                                                 \
    RPC(Avatar, CountGuild, GW_OWN_CLIENT | GW_FIBER, (str, guild))
GW_RPC_DECLARE(AVATAR_RPC)

#define AVATAR_CLIENT_RPC(RPC)                                                                     \
    RPC(Avatar, OnMail, (i64, number), (str, text))                                                \
    RPC(Avatar, OnJoined, (bool, right))                                                           \
    RPC(Avatar, OnCounted, (i64, members))                                                         \
    RPC(Avatar, ShowError, (str, message))
GW_CLIENT_RPC_DECLARE(AVATAR_CLIENT_RPC)

/* ---- MailService.c --------------------------------------------------------------------------- */

static const gw_attr MailService_attrs[] = {
    GW_ATTR(MailService, sent, GW_PERSISTENT),
    GW_ATTR_END,
};

void MailService_SendMail(MailService *self, gw_id from, gw_id to, const char *text)
{
    GW_SET(self, sent, self->sent + 1);
    Avatar_call_OnMail(to, self->sent, from, text);
}

GW_RPC_DEFINE(MailService, MAILSERVICE_RPC)
const gw_entity_type MailService_type = {
    .name = "MailService",
    .size = sizeof(MailService),
    .attrs = MailService_attrs,
    .methods = MailService_methods,
    .persistent = true,
    .service_shards = 1,
};

/* ---- GuildService.c -------------------------------------------------------------------------- */

void GuildService_Join(GuildService *self, const char *guild, gw_id who)
{
    (void)guild;
    self->members++;
    Avatar_call_OnJoined(who, gw_service_shard(&self->base));
}

gw_err GuildService_Count(GuildService *self, const char *guild, int64_t *members)
{
    (void)guild;
    *members = self->members;
    return GW_OK;
}

GW_RPC_DEFINE(GuildService, GUILDSERVICE_RPC, GUILDSERVICE_ASK)
const gw_entity_type GuildService_type = {
    .name = "GuildService",
    .size = sizeof(GuildService),
    .methods = GuildService_methods,
    .service_shards = 4,
};

/* ---- Avatar.c -------------------------------------------------------------------------------- */

static void refuse(Avatar *self)
{
    Avatar_client_ShowError(gw_own_client(&self->base),
                            "That did not work. Try again in a moment.");
}

void Avatar_SendMail(Avatar *self, gw_id to, const char *text)
{
    if (!gw_service_is_ready(&MailService_type))
        Avatar_client_ShowError(gw_own_client(&self->base),
                                "The post office is closed. Try again in a moment.");
    else if (MailService_service_SendMail(gw_any_shard(), self->base.id, to, text))
        refuse(self);
}

void Avatar_OnMail(Avatar *self, int64_t number, gw_id from, const char *text)
{
    (void)from;
    Avatar_client_OnMail(gw_own_client(&self->base), number, text);
}

void Avatar_JoinGuild(Avatar *self, const char *guild)
{
    if (GuildService_service_Join(gw_shard_of(guild), guild, self->base.id))
        refuse(self);
}

void Avatar_OnJoined(Avatar *self, int64_t shard)
{
    bool right = shard == gw_service_shard_of(&GuildService_type, "the owls");
    Avatar_client_OnJoined(gw_own_client(&self->base), right);
}

void Avatar_CountGuild(Avatar *self, const char *guild)
{
    int64_t members = 0;
    gw_err err = GuildService_service_await_Count(gw_shard_of(guild), 0, guild, &members);
    if (err == GW_ECANCELED)
        return;
    if (err)
        refuse(self);
    else
        Avatar_client_OnCounted(gw_own_client(&self->base), members);
}

GW_RPC_DEFINE(Avatar, AVATAR_RPC)
const gw_entity_type Avatar_type = {
    .name = "Avatar",
    .size = sizeof(Avatar),
    .methods = Avatar_methods,
    .on_client_lost = gw_destroy,
};

static const gw_entity_type *const types[] = {&Avatar_type, &MailService_type, &GuildService_type,
                                              NULL};
static const gw_game game = {.types = types};

/* ---- played ---------------------------------------------------------------------------------- */

static gw_sim_client *avatar(gw_sim *sim)
{
    gw_sim_client *client = gw_sim_connect(sim, 1);
    gw_sim_expect(client, "create Avatar");
    return client;
}

static void mail(gw_sim *sim)
{
    gw_sim_client *ann = avatar(sim), *bob = avatar(sim);
    gw_sim_call(ann, "JoinGuild", "s", "the owls");
    gw_sim_call(ann, "CountGuild", "s", "the owls"); /* both wait for the shard */
    gw_sim_expect(ann, "OnJoined(true)");
    gw_sim_expect(ann, "OnCounted(1)");
    gw_sim_run(sim, 10000); /* all services are there then */
    gw_sim_call(ann, "SendMail", "es", gw_sim_player(bob), "hello");
    gw_sim_expect(bob, "OnMail(1,hello)");
}

int main(void)
{
    return gw_sim_check(&(gw_sim_property){
        .name = "mail",
        .cluster = {.dispatchers = 2, .games = 3, .game = &game, .boot_entity = "Avatar"},
        .any_size = true,
        .seeds = 4,
        .run = mail,
    });
}
