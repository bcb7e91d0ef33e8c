/* MailService: keeps mails in the key-value database, where a receiver's lie side by side. */
#include "test_game.h"

#include <stdio.h>
#include <stdlib.h>

#define MAIL_KEY_FORMAT "mail$" GW_ID_FORMAT "$%010lld"
#define MAIL_KEY_BYTES 64
#define MAIL_ID_END 9999999999
#define MAIL_BYTES_MAX 2000
#define MAILS_PER_ANSWER_MAX 100

static const gw_attr MailService_attrs[] = {
    GW_ATTR(MailService, lastMailID, GW_PERSISTENT),
    GW_ATTR_END,
};

static void mail_key(char key[MAIL_KEY_BYTES], gw_id target, int64_t mail_id)
{
    snprintf(key, MAIL_KEY_BYTES, MAIL_KEY_FORMAT, GW_ID_ARG(target), (long long)mail_id);
}

/* A mail on its way to the database. */
struct sending {
    gw_id sender, target;
};

static void sent(void *argument, gw_err err, const void *value, size_t size)
{
    (void)value;
    (void)size;
    const struct sending *sending = argument;
    Avatar_call_OnSendMail(sending->sender, err == GW_OK);
    if (!err)
        Avatar_call_NotifyReceiveMail(sending->target);
    free(argument);
}

void MailService_SendMail(MailService *self, gw_id sender, gw_id target, const char *mail)
{
    struct sending *sending = malloc(sizeof *sending);
    if (!sending)
        return;
    *sending = (struct sending){.sender = sender, .target = target};
    GW_SET(self, lastMailID, self->lastMailID + 1);
    char key[MAIL_KEY_BYTES];
    mail_key(key, target, self->lastMailID);
    gw_err err = gw_kv_put(key, mail, strlen(mail), sent, sending);
    if (err)
        sent(sending, err, NULL, 0);
}

static void found_mail(void *argument, const char *key, const void *value, size_t size)
{
    const gw_id *avatar = argument;
    char mail[MAIL_BYTES_MAX + 1];
    snprintf(mail, sizeof mail, "%.*s", (int)size, (const char *)value);
    Avatar_call_OnGetMail(*avatar, atoll(strrchr(key, '$') + 1), mail);
}

static void found_all(void *argument, gw_err err)
{
    const gw_id *avatar = argument;
    Avatar_call_OnGetMails(*avatar, err == GW_OK);
    free(argument);
}

void MailService_GetMails(MailService *self, gw_id avatar, int64_t last_mail_id)
{
    (void)self;
    char begin[MAIL_KEY_BYTES], end[MAIL_KEY_BYTES];
    mail_key(begin, avatar, last_mail_id + 1);
    mail_key(end, avatar, MAIL_ID_END);
    gw_id *receiver = malloc(sizeof *receiver);
    if (!receiver)
        return;
    *receiver = avatar;
    gw_err err = gw_kv_range(begin, end, MAILS_PER_ANSWER_MAX, found_mail, found_all, receiver);
    if (err)
        found_all(receiver, err);
}

GW_RPC_DEFINE(MailService, MAILSERVICE_RPC)
const gw_entity_type MailService_type = {
    .name = "MailService",
    .size = sizeof(MailService),
    .attrs = MailService_attrs,
    .methods = MailService_methods,
    .service_shards = 1,
    .persistent = true,
};
