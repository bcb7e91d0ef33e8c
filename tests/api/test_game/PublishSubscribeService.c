/* PublishSubscribeService: tells avatars what is published on the subjects they subscribed to. */
#include "test_game.h"

#include <stdlib.h>

static bool matches(const char *pattern, const char *subject)
{
    size_t length = strlen(pattern);
    if (length > 0 && pattern[length - 1] == '*')
        return strncmp(pattern, subject, length - 1) == 0;
    return strcmp(pattern, subject) == 0;
}

void PublishSubscribeService_Publish(PublishSubscribeService *self, const char *subject,
                                     const char *content)
{
    for (size_t i = 0; i < self->subscription_count; i++)
        if (matches(self->subscriptions[i].subject, subject))
            Avatar_call_OnPublish(self->subscriptions[i].subscriber, subject, content);
}

void PublishSubscribeService_Subscribe(PublishSubscribeService *self, gw_id subscriber,
                                       const char *subject)
{
    size_t length = strlen(subject);
    bool full = !self->subscriptions || self->subscription_count == SUBSCRIPTIONS_MAX;
    if (full || length > SUBJECT_BYTES_MAX)
        return;
    struct subscription *added = &self->subscriptions[self->subscription_count++];
    added->subscriber = subscriber;
    memcpy(added->subject, subject, length + 1);
}

/* A subject of NULL stands for all. */
static void unsubscribe(PublishSubscribeService *self, gw_id subscriber, const char *subject)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->subscription_count; i++) {
        const struct subscription *one = &self->subscriptions[i];
        bool ends = gw_id_equal(one->subscriber, subscriber) &&
                    (!subject || strcmp(one->subject, subject) == 0);
        if (!ends)
            self->subscriptions[kept++] = *one;
    }
    self->subscription_count = kept;
}

void PublishSubscribeService_Unsubscribe(PublishSubscribeService *self, gw_id subscriber,
                                         const char *subject)
{
    unsubscribe(self, subscriber, subject);
}

void PublishSubscribeService_UnsubscribeAll(PublishSubscribeService *self, gw_id subscriber)
{
    unsubscribe(self, subscriber, NULL);
}

static void make_room(gw_entity *entity)
{
    PublishSubscribeService *self = GW_AS(PublishSubscribeService, entity);
    self->subscriptions = calloc(SUBSCRIPTIONS_MAX, sizeof *self->subscriptions);
}

static void free_room(gw_entity *entity)
{
    free(GW_AS(PublishSubscribeService, entity)->subscriptions);
}

GW_RPC_DEFINE(PublishSubscribeService, PUBLISHSUBSCRIBESERVICE_RPC)
const gw_entity_type PublishSubscribeService_type = {
    .name = "PublishSubscribeService",
    .size = sizeof(PublishSubscribeService),
    .methods = PublishSubscribeService_methods,
    .service_shards = 1,
    .on_init = make_room,
    .on_destroy = free_room,
};
