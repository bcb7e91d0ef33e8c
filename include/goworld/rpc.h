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
 * A method that gives an answer stands in a list of its own, with what it is given and what it
 * gives back:
 *
 *     #define BANK_ASK(ASK) \
 *         ASK(Bank, Withdraw, GW_FIBER, ((i64, amount)), ((i64, left), (text, note)))
 *     GW_ASK_DECLARE(BANK_ASK)
 *
 * makes
 *
 *     gw_err Bank_Withdraw(Bank *self, int64_t amount, int64_t *left, gw_text *note); // yours
 *     // In fibers: waits for the answer. A time-out of 0 is GW_ASK_TIMEOUT_MS.
 *     static inline gw_err Bank_await_Withdraw(gw_id to, int64_t timeout_ms, int64_t amount,
 *                                              int64_t *left, gw_text *note);
 *     // Anywhere: `answer` is called with it once, later, outside any entity, also when the one
 * that
 *     // asked is gone by then: keep ids, and look them up.
 *     static inline gw_err Bank_ask_Withdraw(
 *         gw_id to, int64_t timeout_ms, int64_t amount,
 *         void (*answer)(void *argument, gw_err err, int64_t left, const char *note),
 *         void *argument);
 *
 * and the stubs of a plain method, for who wants no answer. `GW_RPC_DEFINE(Bank, BANK_RPC,
 * BANK_ASK)` defines both lists. The error that the handler returns is the answer's; with one
 * nothing else is sent, and what the caller gave for it stays untouched. A text that is given back
 * is a gw_text: the handler assigns it, and the caller clears what it got. Errors that the engine
 * gives:
 *
 *     GW_ENOTFOUND  there is no such entity
 *     GW_ETIMEDOUT  no answer came in time; the method may have run all the same
 *     GW_ECANCELED  of await: the entity that asks was destroyed; the game stops
 *     GW_EINVAL     the entity has no such method, or not with these arguments; or the time-out is
 *                   out of range
 *     GW_EPROTO     the answer does not fit
 *     GW_EAWAY      the entity's dispatcher is away, or one of GoWorld's own
 *     GW_EFULL      too much waits: answers here, or fibers there
 *     GW_ENOFIBER   of await, outside a fiber
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

#define GW__UNUSED __attribute__((unused))

/* Arguments on their way in and out. */
typedef struct gw_reader gw_reader;
typedef struct gw_writer gw_writer;

#define GW_METHOD_NAME_MAX 63u /* bytes, without the NUL */

typedef struct gw_method {
    const char *name;      /* on the wire */
    unsigned name_size;    /* bytes, without the NUL; at most GW_METHOD_NAME_MAX */
    unsigned flags;        /* gw_method_flags */
    const char *signature; /* "str text, i64 count, ": for tools */
    const char *answer;    /* what it gives back, in the same form; NULL: it gives no answer */
    void (*invoke)(gw_entity *self, gw_reader *reader);
} gw_method;

/* A method that the client implements: for tools. */
typedef struct gw_client_method {
    const char *name;
    const char *signature; /* as that of a gw_method */
} gw_client_method;

/* Used by the stubs. A missing argument reads as zero; a wrong type or one too many makes
 * gw_read_end false. */
#define T(tag, ctype)                                                                              \
    ctype gw_read_##tag(gw_reader *reader);                                                        \
    void gw_write_##tag(gw_writer *writer, ctype value);
GW_VALUE_TYPES(T)
#undef T
typedef const char *gw_arg_text;
#define gw_read_text gw_read_str
bool gw_read_end(gw_reader *reader);
gw_writer *gw_call_begin(unsigned argument_count);
void gw_call_end(gw_id to, const gw_method *method);
void gw_client_call_end(gw_clients to, const char *method);
gw_timer gw_timer_end(gw_entity *self, const gw_method *method, int64_t delay_ms, bool repeat);

#define GW_ASK_TIMEOUT_MS 10000

/* Used by the stubs of methods that answer. The reader has what was given back: nothing when there
 * is an error. */
typedef void (*gw_answered)(void (*answer)(void), void *argument, gw_err err, gw_reader *reader);
void gw_answer_end(gw_entity *self, gw_reader *reader, gw_err err);
GW_NODISCARD gw_err gw_await_begin(gw_id to, const char *method, int64_t timeout_ms,
                                   gw_reader **reader);
GW_NODISCARD gw_err gw_await_end(gw_reader *reader);
GW_NODISCARD gw_err gw_ask_end(gw_id to, const char *method, int64_t timeout_ms,
                               gw_answered answered, void (*answer)(void), void *argument);

/* What is given back: a text is owned, everything else as it is. The caller may want none: NULL. */
#define T(tag, ctype)                                                                              \
    typedef ctype gw_out_##tag;                                                                    \
    GW__UNUSED static inline void gw_assign_##tag(ctype *out, ctype value)                         \
    {                                                                                              \
        if (out)                                                                                   \
            *out = value;                                                                          \
    }                                                                                              \
    GW__UNUSED static inline void gw_give_##tag(gw_writer *writer, ctype *value)                   \
    {                                                                                              \
        gw_write_##tag(writer, *value);                                                            \
    }
GW_GIVEN_TYPES(T)
#undef T
typedef gw_text gw_out_text;
GW__UNUSED static inline void gw_assign_text(gw_text *out, const char *value)
{
    if (out)
        gw_text_assign(out, value);
}
GW__UNUSED static inline void gw_give_text(gw_writer *writer, gw_text *value)
{
    gw_write_str(writer, gw_text_get(value));
    gw_text_clear(value);
}

/* Server methods: RPC(Type, Name, flags, (tag, argument)...). */
#define GW_RPC_DECLARE(LIST) LIST(GW__RPC_DECLARE)
#define GW_RPC_DEFINE(Type, LIST, ...)                                                             \
    _Static_assert(offsetof(Type, base) == 0, #Type ": base has to be the first member");          \
    LIST(GW__RPC_INVOKE)                                                                           \
    __VA_OPT__(__VA_ARGS__(GW__ASK_INVOKE))                                                        \
    static const gw_method Type##_methods[] = {LIST(GW__RPC_ROW)                                   \
                                                   __VA_OPT__(__VA_ARGS__(GW__ASK_ROW)){0}};

/* Methods that answer: ASK(Type, Name, flags, ((tag, given)...), ((tag, given_back)...)). What is
 * given back is no str and no bytes; `text` is a string there. */
#define GW_ASK_DECLARE(LIST) LIST(GW__ASK_DECLARE)

/* Methods that the client implements: RPC(Type, Name, (tag, argument)...) makes
 *
 *     static inline void Avatar_client_OnRecvChat(gw_clients to, const char *name, const char
 * *text);
 */
#define GW_CLIENT_RPC_DECLARE(LIST) LIST(GW__CLIENT_RPC)

/* Makes the table Avatar_client_methods, for the type's .client_methods: `goworld schema` tells
 * what stands in it, and writes stubs for clients. The game itself does without. */
#define GW_CLIENT_RPC_DEFINE(Type, LIST)                                                           \
    static const gw_client_method Type##_client_methods[] = {LIST(GW__CLIENT_ROW){0}};

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

/* Writes the arguments into the running game's writer, which exists in the functions below only. */
#define GW__WRITE_ALL(...)                                                                         \
    gw_writer *gw__writer = gw_call_begin(GW__COUNT(__VA_ARGS__));                                 \
    (void)gw__writer;                                                                              \
    GW__EACH(GW__WRITE, __VA_ARGS__)

#define GW__RPC_DECLARE(Type, name, method_flags, ...)                                             \
    _Static_assert(sizeof #name - 1 <= GW_METHOD_NAME_MAX, #name ": the name is too long");        \
    void Type##_##name(Type *self GW__EACH(GW__PARAMETER, __VA_ARGS__));                           \
    GW__RPC_STUBS(Type, name, __VA_ARGS__)
#define GW__RPC_STUBS(Type, name, ...)                                                             \
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
    const gw_method Type##_##name##_method =                                                       \
        GW__METHOD(Type, name, method_flags, NULL, __VA_ARGS__);
#define GW__RPC_ROW(Type, name, method_flags, ...)                                                 \
    GW__METHOD(Type, name, method_flags, NULL, __VA_ARGS__),
#define GW__METHOD(Type, name, method_flags, answer, ...)                                          \
    {                                                                                              \
#name, sizeof #name - 1, (method_flags), "" GW__EACH(GW__SIGNATURE, __VA_ARGS__), answer,  \
            Type##_##name##_invoke                                                                 \
    }
/* The lists of an ASK are in parentheses of their own. */
#define GW__LIST(...) __VA_ARGS__
#define GW__EACH_OF(F, list) GW__EACH_OF_(F, GW__LIST list)
#define GW__EACH_OF_(F, ...) GW__EACH(F __VA_OPT__(, ) __VA_ARGS__)
#define GW__WRITE_ALL_OF(list) GW__WRITE_ALL_OF_(GW__LIST list)
#define GW__WRITE_ALL_OF_(...) GW__WRITE_ALL(__VA_ARGS__)
#define GW__COUNT_OF(list) GW__COUNT_OF_(GW__LIST list)
#define GW__COUNT_OF_(...) GW__COUNT(__VA_ARGS__)
#define GW__OUT_PARAMETER(tag, name) , gw_out_##tag *name
#define GW__OUT_VARIABLE(tag, name) gw_out_##tag name = {0};
#define GW__OUT_ARGUMENT(tag, name) , &name
#define GW__OUT_READ(tag, name) gw_arg_##tag gw__##name = gw_read_##tag(gw__reader);
#define GW__OUT_ASSIGN(tag, name) gw_assign_##tag(name, gw__##name);
#define GW__OUT_GIVE(tag, name) gw_give_##tag(gw__writer, &name);
#define GW__OUT_VALUE(tag, name) , gw__##name

#define GW__TAKE_ANSWER(back)                                                                      \
    if (gw__err)                                                                                   \
        return gw__err;                                                                            \
    GW__EACH_OF(GW__OUT_READ, back)                                                                \
    if (gw_read_end(gw__reader)) {                                                                 \
        GW__EACH_OF(GW__OUT_ASSIGN, back)                                                          \
    }                                                                                              \
    return gw_await_end(gw__reader);
#define GW__ASK_DECLARE(Type, name, method_flags, given, back)                                     \
    _Static_assert(sizeof #name - 1 <= GW_METHOD_NAME_MAX, #name ": the name is too long");        \
    gw_err Type##_##name(Type *self GW__EACH_OF(GW__PARAMETER, given)                              \
                             GW__EACH_OF(GW__OUT_PARAMETER, back));                                \
    GW__RPC_STUBS(Type, name, GW__LIST given)                                                      \
    GW__UNUSED GW_NODISCARD static inline gw_err Type##_await_##name(                              \
        gw_id gw__to,                                                                              \
        int64_t gw__ms GW__EACH_OF(GW__PARAMETER, given) GW__EACH_OF(GW__OUT_PARAMETER, back))     \
    {                                                                                              \
        GW__WRITE_ALL_OF(given)                                                                    \
        gw_reader *gw__reader;                                                                     \
        gw_err gw__err = gw_await_begin(gw__to, #name, gw__ms, &gw__reader);                       \
        GW__TAKE_ANSWER(back)                                                                      \
    }                                                                                              \
    typedef void (*Type##_##name##_answer)(void *argument,                                         \
                                           gw_err err GW__EACH_OF(GW__PARAMETER, back));           \
    GW__UNUSED static inline void Type##_##name##_answered(                                        \
        void (*gw__answer)(void), void *gw__argument, gw_err gw__err, gw_reader *gw__reader)       \
    {                                                                                              \
        GW__EACH_OF(GW__OUT_READ, back)                                                            \
        if (!gw__err && !gw_read_end(gw__reader))                                                  \
            gw__err = GW_EPROTO;                                                                   \
        ((Type##_##name##_answer)gw__answer)(gw__argument,                                         \
                                             gw__err GW__EACH_OF(GW__OUT_VALUE, back));            \
    }                                                                                              \
    GW__UNUSED GW_NODISCARD static inline gw_err Type##_ask_##name(                                \
        gw_id gw__to, int64_t gw__ms GW__EACH_OF(GW__PARAMETER, given),                            \
        Type##_##name##_answer gw__answer, void *gw__argument)                                     \
    {                                                                                              \
        GW__WRITE_ALL_OF(given)                                                                    \
        return gw_ask_end(gw__to, #name, gw__ms, Type##_##name##_answered,                         \
                          (void (*)(void))gw__answer, gw__argument);                               \
    }
#define GW__ASK_INVOKE(Type, name, method_flags, given, back)                                      \
    static void Type##_##name##_invoke(gw_entity *gw__self, gw_reader *gw__reader)                 \
    {                                                                                              \
        GW__EACH_OF(GW__READ, given)                                                               \
        GW__EACH_OF(GW__OUT_VARIABLE, back)                                                        \
        if (!gw_read_end(gw__reader))                                                              \
            return;                                                                                \
        gw_err gw__err = Type##_##name((Type *)gw__self GW__EACH_OF(GW__ARGUMENT, given)           \
                                           GW__EACH_OF(GW__OUT_ARGUMENT, back));                   \
        gw_writer *gw__writer = gw_call_begin(GW__COUNT_OF(back));                                 \
        (void)gw__writer;                                                                          \
        GW__EACH_OF(GW__OUT_GIVE, back)                                                            \
        gw_answer_end(gw__self, gw__reader, gw__err);                                              \
    }                                                                                              \
    const gw_method Type##_##name##_method = GW__ASK_METHOD(Type, name, method_flags, given, back);
#define GW__ASK_ROW(Type, name, method_flags, given, back)                                         \
    GW__ASK_METHOD(Type, name, method_flags, given, back),
#define GW__ASK_METHOD(Type, name, method_flags, given, back)                                      \
    GW__METHOD(Type, name, method_flags, "" GW__EACH_OF(GW__SIGNATURE, back), GW__LIST given)
#define GW__CLIENT_RPC(Type, name, ...)                                                            \
    GW__UNUSED static inline void Type##_client_##name(                                            \
        gw_clients gw__to GW__EACH(GW__PARAMETER, __VA_ARGS__))                                    \
    {                                                                                              \
        GW__WRITE_ALL(__VA_ARGS__)                                                                 \
        gw_client_call_end(gw__to, #name);                                                         \
    }
#define GW__CLIENT_ROW(Type, name, ...) {#name, "" GW__EACH(GW__SIGNATURE, __VA_ARGS__)},
