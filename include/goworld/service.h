/* Services: entities that the cluster has once, found by the name of their type.
 *
 * A type with `.service_shards = N` is a service of N entities, its shards. The engine creates each
 * of them once in the cluster, on one of the games that have the type in their table, when all
 * processes of goworld.ini are there; when its game dies or it is destroyed, another game creates
 * it anew. That of a type that is persistent is loaded, as it was last saved. Game code never
 * creates one itself.
 *
 *     GW_RPC_DECLARE(MAILSERVICE_RPC)
 *     GW_SERVICE_RPC_DECLARE(MAILSERVICE_RPC)
 *
 * makes, beside what rpc.h tells of, for each row
 *
 *     static inline gw_err MailService_service_SendMail(gw_shards to, gw_id sender,
 *                                                       const char *mail);
 *
 * and GW_SERVICE_ASK_DECLARE(BANK_ASK) for each row of a list of methods that answer the same, and
 *
 *     static inline gw_err Bank_service_await_Withdraw(gw_shards to, int64_t timeout_ms, ...);
 *     static inline gw_err Bank_service_ask_Withdraw(gw_shards to, int64_t timeout_ms, ...);
 *
 * which are those of rpc.h for one shard. They wait for the shard as long as for the answer.
 *
 * A call to a shard that is not there (yet, or because it moves) waits for it, GW_SERVICE_WAIT_MS
 * at most; then it is dropped, counted and logged. Calls of one game to one shard keep their order.
 * One that is under way to a shard whose game dies is lost with it.
 *
 * GW_OK says that the call was sent, or waits. GW_EFULL: too much waits for that shard, or for all;
 * the call is dropped. GW_EINVAL: there is no such shard, or the type is no service of this game.
 */
#pragma once

#include <goworld/rpc.h>

#define GW_SERVICE_SHARDS_MAX 8192
#define GW_SERVICE_WAIT_MS 5000

/* Which shards of a service a call reaches. Make it with one of the functions below and use it at
 * once. */
typedef struct gw_shards {
    enum { GW_ANY_SHARD, GW_ONE_SHARD, GW_SHARD_OF_KEY, GW_ALL_SHARDS } kind;
    unsigned shard;
    const char *key; /* borrowed */
} gw_shards;

/* One of them at random, of those that are there if any is. */
static inline gw_shards gw_any_shard(void)
{
    return (gw_shards){.kind = GW_ANY_SHARD};
}

/* From 0. */
static inline gw_shards gw_shard(unsigned shard)
{
    return (gw_shards){.kind = GW_ONE_SHARD, .shard = shard};
}

/* The one that gw_service_shard_of gives for the key. */
static inline gw_shards gw_shard_of(const char *key)
{
    return (gw_shards){.kind = GW_SHARD_OF_KEY, .key = key};
}

static inline gw_shards gw_all_shards(void)
{
    return (gw_shards){.kind = GW_ALL_SHARDS};
}

/* The same shard for the same key in every game of the cluster, GoWorld's included: hash32 of the
 * key (docs/internals/protocol.md 6) modulo the number of shards. 0 for a type that is no service.
 */
unsigned gw_service_shard_of(const gw_entity_type *type, const char *key);

/* The shard's entity as far as this game knows; no id while it is not there, or when there is no
 * such shard. It is another one after the shard has moved: keep the shard, not the id. */
gw_id gw_service_entity(const gw_entity_type *type, unsigned shard);

/* How many it has; 0 for a type that is no service. */
static inline unsigned gw_service_shards(const gw_entity_type *type)
{
    return type->service_shards;
}

/* All shards are there. */
bool gw_service_is_ready(const gw_entity_type *type);

/* Which shard this entity is; it knows that from on_init on. 0 for one that is none. */
unsigned gw_service_shard(const gw_entity *self);

#define GW_SERVICE_RPC_DECLARE(LIST) LIST(GW__SERVICE_RPC)

/* Beside GW_ASK_DECLARE of the same list. Errors as in rpc.h; GW_EINVAL for all shards, too, which
 * cannot give one answer, and GW_EFULL as above. */
#define GW_SERVICE_ASK_DECLARE(LIST) LIST(GW__SERVICE_ASK)

/* Used by the stubs. */
gw_err gw_service_call_end(const gw_entity_type *type, gw_shards to, const gw_method *method);
GW_NODISCARD gw_err gw_service_await_begin(const gw_entity_type *type, gw_shards to,
                                           const gw_method *method, int64_t timeout_ms,
                                           gw_reader **reader);
GW_NODISCARD gw_err gw_service_ask_end(const gw_entity_type *type, gw_shards to,
                                       const gw_method *method, int64_t timeout_ms,
                                       gw_answered answered, void (*answer)(void), void *argument);

#define GW__SERVICE_RPC(Type, name, method_flags, ...)                                             \
    GW__UNUSED static inline gw_err Type##_service_##name(                                         \
        gw_shards gw__to GW__EACH(GW__PARAMETER, __VA_ARGS__))                                     \
    {                                                                                              \
        GW__WRITE_ALL(__VA_ARGS__)                                                                 \
        return gw_service_call_end(&Type##_type, gw__to, &Type##_##name##_method);                 \
    }
#define GW__SERVICE_ASK(Type, name, method_flags, given, back)                                     \
    GW__SERVICE_RPC(Type, name, method_flags, GW__LIST given)                                      \
    GW__UNUSED GW_NODISCARD static inline gw_err Type##_service_await_##name(                      \
        gw_shards gw__to,                                                                          \
        int64_t gw__ms GW__EACH_OF(GW__PARAMETER, given) GW__EACH_OF(GW__OUT_PARAMETER, back))     \
    {                                                                                              \
        GW__WRITE_ALL_OF(given)                                                                    \
        gw_reader *gw__reader;                                                                     \
        gw_err gw__err = gw_service_await_begin(&Type##_type, gw__to, &Type##_##name##_method,     \
                                                gw__ms, &gw__reader);                              \
        GW__TAKE_ANSWER(back)                                                                      \
    }                                                                                              \
    GW__UNUSED GW_NODISCARD static inline gw_err Type##_service_ask_##name(                        \
        gw_shards gw__to, int64_t gw__ms GW__EACH_OF(GW__PARAMETER, given),                        \
        Type##_##name##_answer gw__answer, void *gw__argument)                                     \
    {                                                                                              \
        GW__WRITE_ALL_OF(given)                                                                    \
        return gw_service_ask_end(&Type##_type, gw__to, &Type##_##name##_method, gw__ms,           \
                                  Type##_##name##_answered, (void (*)(void))gw__answer,            \
                                  gw__argument);                                                   \
    }
