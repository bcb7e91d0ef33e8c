/* The test game's program: its entity types, and the services that start with it. */
#include "test_game.h"

#define MAIL_SERVICE_KEY "service$MailService"

gw_id service_of(const gw_entity_type *type)
{
    const gw_entity *service = gw_next(type, NULL);
    return service ? service->id : (gw_id){0};
}

/* Better no mails than mails under numbers that were used before. */
static void remembered(void *argument, gw_err err, const void *value, size_t size)
{
    (void)argument;
    (void)value;
    (void)size;
    gw_entity *service = gw_next(&MailService_type, NULL);
    if (err && service)
        gw_destroy(service);
}

static void create_mail_service(void)
{
    gw_id id = GW_CREATE(MailService)->base.id;
    gw_err err = gw_kv_put(MAIL_SERVICE_KEY, id.text, sizeof id.text, remembered, NULL);
    if (err)
        remembered(NULL, err, NULL, 0);
}

/* Its counter must go on where it was, so it is the same entity at every start. */
static void start_mail_service(void *argument, gw_err err, const void *value, size_t size)
{
    (void)argument;
    gw_id id;
    if (err == GW_ENOTFOUND) {
        create_mail_service();
    } else if (!err && size == sizeof id.text) {
        memcpy(id.text, value, size);
        gw_load(&MailService_type, id);
    }
}

static void start_services(void)
{
    GW_CREATE(OnlineService);
    GW_CREATE(SpaceService);
    GW_CREATE(PublishSubscribeService);
    gw_err err = gw_kv_get(MAIL_SERVICE_KEY, start_mail_service, NULL);
    if (err)
        start_mail_service(NULL, err, NULL, 0);
}

static const gw_entity_type *const types[] = {
    &Account_type,
    &Avatar_type,
    &Monster_type,
    &AOITester_type,
    &MySpace_type,
    &OnlineService_type,
    &SpaceService_type,
    &MailService_type,
    &PublishSubscribeService_type,
    NULL,
};
static const gw_game test_game = {.types = types, .on_ready = start_services};

int main(int argc, char **argv)
{
    return gw_main(&test_game, argc, argv);
}
