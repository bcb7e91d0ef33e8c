/* Avatar: what a robot client plays with. */
#include "test_game.h"

#include <stdio.h>
#include <stdlib.h>

#define PROFESSION_COUNT 4
#define SPACE_KIND_COUNT 100

#define AVATAR_CLIENT_RPC(RPC)                                                                     \
    RPC(Avatar, OnSay, (id, speaker), (str, name), (str, channel), (str, content))                 \
    RPC(Avatar, OnSendMail, (bool, ok))                                                            \
    RPC(Avatar, OnGetMails, (bool, ok))                                                            \
    RPC(Avatar, OnTestPublish, (id, publisher), (str, subject), (str, content))                    \
    RPC(Avatar, OnTestAOI, (id, tester))                                                           \
    RPC(Avatar, TestCallAllPlzEcho, (id, avatar))                                                  \
    RPC(Avatar, OnTestCallAll)
GW_CLIENT_RPC_DECLARE(AVATAR_CLIENT_RPC)

static const gw_attr Avatar_attrs[] = {
    GW_ATTR(Avatar, name, GW_ALL_CLIENTS | GW_PERSISTENT),
    GW_ATTR(Avatar, level, GW_ALL_CLIENTS | GW_PERSISTENT),
    GW_ATTR(Avatar, prof, GW_ALL_CLIENTS | GW_PERSISTENT),
    GW_ATTR(Avatar, exp, GW_CLIENT | GW_PERSISTENT),
    GW_ATTR(Avatar, spaceKind, GW_PERSISTENT),
    GW_ATTR(Avatar, lastMailID, GW_PERSISTENT),
    GW_ATTR_END,
};

/* ---- a life -------------------------------------------------------------------------------- */
static void fill_in(gw_entity *entity)
{
    Avatar *self = GW_AS(Avatar, entity);
    if (!gw_text_length(&self->name))
        GW_SET(self, name, "无名");
    if (!self->level)
        GW_SET(self, level, 1);
    if (!self->prof)
        GW_SET(self, prof, 1 + rand() % PROFESSION_COUNT);
    if (!self->spaceKind)
        GW_SET(self, spaceKind, 1 + rand() % SPACE_KIND_COUNT);
}

static const char *const subjects[] = {"monster", "npc", "item", "avatar", "boss_*"};
#define SUBJECT_COUNT (sizeof subjects / sizeof *subjects)

static void check_in(gw_entity *entity)
{
    Avatar *self = GW_AS(Avatar, entity);
    OnlineService_service_CheckIn(gw_any_shard(), entity->id, gw_text_get(&self->name),
                                  self->level);
    for (size_t i = 0; i < SUBJECT_COUNT; i++)
        PublishSubscribeService_service_Subscribe(gw_any_shard(), entity->id, subjects[i]);
    Avatar_every_PerSecondTick(self, GW_SECOND, 1, "");
}

static void check_out(gw_entity *entity)
{
    Avatar *self = GW_AS(Avatar, entity);
    gw_id space = self->space;
    self->space = (gw_id){0};
    MySpace_avatar_left(space);
    OnlineService_service_CheckOut(gw_any_shard(), entity->id);
    PublishSubscribeService_service_UnsubscribeAll(gw_any_shard(), entity->id);
}

static void set_filter(gw_entity *entity, const char *key, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)value);
    gw_set_filter(entity, key, text);
}

static void start_to_play(gw_entity *entity)
{
    Avatar *self = GW_AS(Avatar, entity);
    set_filter(entity, "spaceKind", self->spaceKind);
    set_filter(entity, "level", self->level);
    set_filter(entity, "prof", self->prof);
    gw_set_filter(entity, "online", "1");
    Avatar_EnterSpace(self, self->spaceKind);
}

void Avatar_PerSecondTick(Avatar *self, int64_t number, const char *text)
{
    (void)text;
    GW_SET(self, exp, self->exp + number);
}

/* ---- spaces -------------------------------------------------------------------------------- */
void Avatar_GetSpaceID(Avatar *self, gw_id caller)
{
    Account_call_OnGetAvatarSpaceID(caller, self->base.id, self->space);
}

void Avatar_EnterSpace(Avatar *self, int64_t kind)
{
    if (gw_id_is_none(self->space) || self->spaceKind != kind)
        SpaceService_service_EnterSpace(gw_any_shard(), self->base.id, kind);
}

void Avatar_DoEnterSpace(Avatar *self, int64_t kind, gw_id space)
{
    gw_id old = self->space;
    self->space = space;
    GW_SET(self, spaceKind, kind);
    set_filter(&self->base, "spaceKind", kind);
    MySpace_avatar_left(old);
    MySpace_avatar_came(space);
}

/* ---- talk ---------------------------------------------------------------------------------- */
static void say_to(gw_clients whom, const Avatar *self, const char *channel, const char *content)
{
    Avatar_client_OnSay(whom, self->base.id, gw_text_get(&self->name), channel, content);
}

void Avatar_Say(Avatar *self, const char *channel, const char *content)
{
    char prof[32];
    if (strcmp(channel, "world") == 0) {
        say_to(gw_all_clients(), self, channel, content);
    } else if (strcmp(channel, "prof") == 0) {
        snprintf(prof, sizeof prof, "%lld", (long long)self->prof);
        say_to(gw_clients_where("prof", GW_EQ, prof), self, channel, content);
    }
}

/* ---- mail ---------------------------------------------------------------------------------- */
void Avatar_SendMail(Avatar *self, gw_id target, const char *mail)
{
    MailService_service_SendMail(gw_any_shard(), self->base.id, target, mail);
}

void Avatar_OnSendMail(Avatar *self, bool ok)
{
    Avatar_client_OnSendMail(gw_own_client(&self->base), ok);
}

void Avatar_NotifyReceiveMail(Avatar *self)
{
    Avatar_GetMails(self);
}

void Avatar_GetMails(Avatar *self)
{
    MailService_service_GetMails(gw_any_shard(), self->base.id, self->lastMailID);
}

/* Mails come in the order of their numbers; one that was asked for twice comes twice. */
void Avatar_OnGetMail(Avatar *self, int64_t mail_id, const char *mail)
{
    (void)mail;
    if (mail_id > self->lastMailID)
        GW_SET(self, lastMailID, mail_id);
}

void Avatar_OnGetMails(Avatar *self, bool ok)
{
    Avatar_client_OnGetMails(gw_own_client(&self->base), ok);
}

/* ---- publish and subscribe ----------------------------------------------------------------- */
void Avatar_TestPublish(Avatar *self)
{
    char subject[SUBJECT_BYTES_MAX + 1], content[256];
    snprintf(subject, sizeof subject, "%s", subjects[(size_t)rand() % SUBJECT_COUNT]);
    char *asterisk = strchr(subject, '*');
    if (asterisk)
        *asterisk = (char)('0' + rand() % 10);
    snprintf(content, sizeof content, GW_ID_FORMAT ": hello %s, this is a test publish message",
             GW_ID_ARG(self->base.id), subject);
    PublishSubscribeService_service_Publish(gw_any_shard(), subject, content);
}

/* The content starts with the publisher's id. */
void Avatar_OnPublish(Avatar *self, const char *subject, const char *content)
{
    gw_id publisher;
    if (strlen(content) < sizeof publisher.text)
        return;
    memcpy(publisher.text, content, sizeof publisher.text);
    Avatar_client_OnTestPublish(gw_own_client(&self->base), publisher, subject, content);
}

/* ---- tests of what others see -------------------------------------------------------------- */
void Avatar_TestAOI(Avatar *self)
{
    Avatar_call_FinishTestAOI(self->base.id, GW_CREATE(AOITester)->base.id);
}

void Avatar_FinishTestAOI(Avatar *self, gw_id tester)
{
    Avatar_client_OnTestAOI(gw_own_client(&self->base), tester);
    AOITester *seen = GW_FIND(AOITester, tester);
    if (seen)
        gw_destroy(&seen->base);
}

void Avatar_TestCallAll(Avatar *self)
{
    self->echoes_missing = 1;
    Avatar_client_TestCallAllPlzEcho(gw_own_client(&self->base), self->base.id);
}

/* Any client echoes on its own behalf, so the id may name anything. */
void Avatar_TestCallAllEcho(Avatar *self, gw_id avatar)
{
    (void)self;
    Avatar *tester = GW_FIND(Avatar, avatar);
    if (tester && --tester->echoes_missing == 0)
        Avatar_client_OnTestCallAll(gw_own_client(&tester->base));
}

GW_RPC_DEFINE(Avatar, AVATAR_RPC)
GW_CLIENT_RPC_DEFINE(Avatar, AVATAR_CLIENT_RPC)
const gw_entity_type Avatar_type = {
    .name = "Avatar",
    .size = sizeof(Avatar),
    .attrs = Avatar_attrs,
    .methods = Avatar_methods,
    .client_methods = Avatar_client_methods,
    .persistent = true,
    .on_attrs_ready = fill_in,
    .on_created = check_in,
    .on_client_connected = start_to_play,
    .on_client_lost = gw_destroy,
    .on_destroy = check_out,
};
