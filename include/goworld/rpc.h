/* RPC: one list per entity type from which prototypes, call stubs, decoders and the method table are made.
 *
 *     #define AVATAR_RPC(RPC)                                     \
 *         RPC(Avatar, SendChat, GW_OWN_CLIENT, (str, text))       \
 *         RPC(Avatar, Tick,     GW_SERVER)
 *     GW_RPC_DECLARE(AVATAR_RPC)
 *
 * The first row expands to this:
 *
 *     void Avatar_SendChat(Avatar *self, const char *text);      // you write it
 *     extern const gw_method Avatar_SendChat_method;
 *     static inline void Avatar_call_SendChat(gw_id to, const char *text)
 *     {
 *         gw_writer *w = gw_call_begin(1);
 *         gw_write_str(w, text);
 *         gw_call_end(to, &Avatar_SendChat_method);
 *     }
 *     static inline gw_timer Avatar_after_SendChat(Avatar *self, int64_t delay_ms,
 *                                                  const char *text);
 *     static inline gw_timer Avatar_every_SendChat(Avatar *self, int64_t interval_ms,
 *                                                  const char *text);
 *
 * and `GW_RPC_DEFINE(Avatar, AVATAR_RPC)`, below the handlers, to this and to the table
 * Avatar_methods:
 *
 *     static void Avatar_SendChat_invoke(gw_entity *self, gw_reader *r)
 *     {
 *         const char *text = gw_read_str(r);
 *         if (gw_read_end(r)) Avatar_SendChat((Avatar *)self, text);
 *     }
 *
 * So a handler that drifts from its list, and a call with a wrong argument, do not compile. A
 * method has at most eight arguments, and its name at most 63 characters. A call to an entity of
 * this game, also to oneself, is made when the running handler has ended. */
#pragma once

#include <goworld/client.h>
#include <goworld/timer.h>
#include <goworld/value.h>

/* Who may call a method besides the entities of the cluster, and how it runs. */
typedef enum gw_method_flags {
    GW_SERVER = 0,           /* entities of the cluster only */
    GW_OWN_CLIENT = 1u << 0, /* the entity's own client too */
    GW_ANY_CLIENT = 3u << 0, /* any client too */
    GW_FIBER = 1u << 2,      /* it may await; see fiber.h */
} gw_method_flags;

/* Arguments on their way in and out. */
typedef struct gw_reader gw_reader;
typedef struct gw_writer gw_writer;

#define GW_METHOD_NAME_MAX 63u /* bytes, without the NUL */

typedef struct gw_method {
    const char *name;      /* on the wire */
    unsigned name_size;    /* bytes, without the NUL; at most GW_METHOD_NAME_MAX */
    unsigned flags;        /* gw_method_flags */
    const char *signature; /* "str text, i64 count": for tools */
    void (*invoke)(gw_entity *self, gw_reader *reader);
} gw_method;

/* Used by the stubs. A missing argument reads as zero; a wrong type or one too many makes
 * gw_read_end false. */
#define T(tag, ctype)                                                                              \
    ctype gw_read_##tag(gw_reader *reader);                                                        \
    void gw_write_##tag(gw_writer *writer, ctype value);
GW_VALUE_TYPES(T)
#undef T
bool gw_read_end(gw_reader *reader);
gw_writer *gw_call_begin(unsigned argument_count);
void gw_call_end(gw_id to, const gw_method *method);
void gw_client_call_end(gw_clients to, const char *method);
gw_timer gw_timer_end(gw_entity *self, const gw_method *method, int64_t delay_ms, bool repeat);

/* Server methods: RPC(Type, Name, flags, (tag, argument)...). */
#define GW_RPC_DECLARE(LIST) LIST(GW__RPC_DECLARE)
#define GW_RPC_DEFINE(Type, LIST)                                                                  \
    _Static_assert(offsetof(Type, base) == 0, #Type ": base has to be the first member");          \
    LIST(GW__RPC_INVOKE)                                                                           \
    static const gw_method Type##_methods[] = {LIST(GW__RPC_ROW){0}};

/* Methods that the client implements: RPC(Type, Name, (tag, argument)...) makes
 *
 *     static inline void Avatar_client_OnRecvChat(gw_clients to, const char *name, const char
 * *text);
 */
#define GW_CLIENT_RPC_DECLARE(LIST) LIST(GW__CLIENT_RPC)

/* ---- how the expansion is made ------------------------------------------------------------- */
#define GW__CAT(a, b) GW__CAT_(a, b)
#define GW__CAT_(a, b) a##b
#define GW__COUNT(...) GW__COUNT_(__VA_OPT__(__VA_ARGS__, ) 8, 7, 6, 5, 4, 3, 2, 1, 0, )
#define GW__COUNT_(a, b, c, d, e, f, g, h, n, ...) n
#define GW__EACH(F, ...) GW__CAT(GW__EACH, GW__COUNT(__VA_ARGS__))(F __VA_OPT__(, ) __VA_ARGS__)
#define GW__EACH0(F)
#define GW__EACH1(F, a) F a
#define GW__EACH2(F, a, ...) F a GW__EACH1(F, __VA_ARGS__)
#define GW__EACH3(F, a, ...) F a GW__EACH2(F, __VA_ARGS__)
#define GW__EACH4(F, a, ...) F a GW__EACH3(F, __VA_ARGS__)
#define GW__EACH5(F, a, ...) F a GW__EACH4(F, __VA_ARGS__)
#define GW__EACH6(F, a, ...) F a GW__EACH5(F, __VA_ARGS__)
#define GW__EACH7(F, a, ...) F a GW__EACH6(F, __VA_ARGS__)
#define GW__EACH8(F, a, ...) F a GW__EACH7(F, __VA_ARGS__)
#define GW__PARAMETER(tag, name) , gw_arg_##tag name
#define GW__ARGUMENT(tag, name) , name
#define GW__READ(tag, name) gw_arg_##tag name = gw_read_##tag(gw__reader);
#define GW__WRITE(tag, name) gw_write_##tag(gw__writer, name);
#define GW__SIGNATURE(tag, name) #tag " " #name ", "
#define GW__UNUSED __attribute__((unused))

/* Writes the arguments into the running game's writer, which exists in the functions below only. */
#define GW__WRITE_ALL(...)                                                                         \
    gw_writer *gw__writer = gw_call_begin(GW__COUNT(__VA_ARGS__));                                 \
    (void)gw__writer;                                                                              \
    GW__EACH(GW__WRITE, __VA_ARGS__)

#define GW__RPC_DECLARE(Type, name, method_flags, ...)                                             \
    _Static_assert(sizeof #name - 1 <= GW_METHOD_NAME_MAX, #name ": the name is too long");        \
    void Type##_##name(Type *self GW__EACH(GW__PARAMETER, __VA_ARGS__));                           \
    extern const gw_method Type##_##name##_method;                                                 \
    GW__UNUSED static inline void Type##_call_##name(                                              \
        gw_id gw__to GW__EACH(GW__PARAMETER, __VA_ARGS__))                                         \
    {                                                                                              \
        GW__WRITE_ALL(__VA_ARGS__)                                                                 \
        gw_call_end(gw__to, &Type##_##name##_method);                                              \
    }                                                                                              \
    GW__RPC_TIMER(Type, name, after, false, __VA_ARGS__)                                           \
    GW__RPC_TIMER(Type, name, every, true, __VA_ARGS__)
#define GW__RPC_TIMER(Type, name, verb, repeat, ...)                                               \
    GW__UNUSED static inline gw_timer Type##_##verb##_##name(                                      \
        Type *gw__self, int64_t gw__ms GW__EACH(GW__PARAMETER, __VA_ARGS__))                       \
    {                                                                                              \
        GW__WRITE_ALL(__VA_ARGS__)                                                                 \
        return gw_timer_end(&gw__self->base, &Type##_##name##_method, gw__ms, repeat);             \
    }
#define GW__RPC_INVOKE(Type, name, method_flags, ...)                                              \
    static void Type##_##name##_invoke(gw_entity *gw__self, gw_reader *gw__reader)                 \
    {                                                                                              \
        GW__EACH(GW__READ, __VA_ARGS__)                                                            \
        if (gw_read_end(gw__reader))                                                               \
            Type##_##name((Type *)gw__self GW__EACH(GW__ARGUMENT, __VA_ARGS__));                   \
    }                                                                                              \
    const gw_method Type##_##name##_method = GW__METHOD(Type, name, method_flags, __VA_ARGS__);
#define GW__RPC_ROW(Type, name, method_flags, ...)                                                 \
    GW__METHOD(Type, name, method_flags, __VA_ARGS__),
#define GW__METHOD(Type, name, method_flags, ...)                                                  \
    {                                                                                              \
#name, sizeof #name - 1, (method_flags), "" GW__EACH(GW__SIGNATURE, __VA_ARGS__),          \
            Type##_##name##_invoke                                                                 \
    }
#define GW__CLIENT_RPC(Type, name, ...)                                                            \
    GW__UNUSED static inline void Type##_client_##name(                                            \
        gw_clients gw__to GW__EACH(GW__PARAMETER, __VA_ARGS__))                                    \
    {                                                                                              \
        GW__WRITE_ALL(__VA_ARGS__)                                                                 \
        gw_client_call_end(gw__to, #name);                                                         \
    }
