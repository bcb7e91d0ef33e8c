/* The small value types and the one error list that every other header uses. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A list of arguments would expand a macro: (bool, ok) has to stay what it is. And `true` is a
 * bool, so that a value made of it is one, too. C23 agrees with both. */
#if __STDC_VERSION__ < 202311L
#undef bool
#undef true
#undef false
typedef _Bool bool;
#define true ((bool)1)
#define false ((bool)0)
#endif

#define GW_NODISCARD __attribute__((warn_unused_result))
#define GW_PRINTF(format_index, first) __attribute__((format(printf, format_index, first)))

/* Every error: name, value, what it means to a person. */
#define GW_ERRORS(E)                                                                               \
    E(GW_OK, 0, "no error")                                                                        \
    E(GW_EINVAL, -1, "an argument is not allowed")                                                 \
    E(GW_ENOTFOUND, -2, "there is no such thing")                                                  \
    E(GW_EEXIST, -3, "it exists already")                                                          \
    E(GW_ECANCELED, -4, "the entity was destroyed or is leaving: stop")                            \
    E(GW_EPROTO, -5, "the bytes do not follow the protocol")                                       \
    E(GW_EIO, -6, "the operating system or the database reported a failure")                       \
    E(GW_EFULL, -7, "a limit is reached")                                                          \
    E(GW_ENOFIBER, -8, "only a method marked GW_FIBER may await")                                  \
    E(GW_EDENIED, -9, "the caller has no permission")                                              \
    E(GW_ETIMEDOUT, -10, "the time limit has passed")                                              \
    E(GW_ENOMEM, -11, "out of memory")                                                             \
    E(GW_EAWAY, -12, "the dispatcher that serves the entity is away")

typedef enum gw_err {
#define E(name, value, text) name = value,
    GW_ERRORS(E)
#undef E
} gw_err;

/* Returns a static sentence; never NULL. */
const char *gw_strerror(gw_err err);

/* An EntityID or ClientID as it travels: 16 characters of `A-Z a-z 0-9 _ .`, without a final NUL.
 * All zero bytes is "no id". Print it with GW_ID_FORMAT and GW_ID_ARG. */
typedef struct gw_id {
    char text[16];
} gw_id;

#define GW_ID_FORMAT "%.16s"
#define GW_ID_ARG(id) ((id).text)

static inline bool gw_id_equal(gw_id a, gw_id b)
{
    uint64_t x[2], y[2]; /* so that both stay in registers */
    memcpy(x, a.text, sizeof x);
    memcpy(y, b.text, sizeof y);
    return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

static inline bool gw_id_is_none(gw_id id)
{
    return id.text[0] == '\0';
}

/* A place or a direction; y is up. */
typedef struct gw_vec3 {
    float x, y, z;
} gw_vec3;
