/* goworld_client: a client of a GoWorld server, for native games, bots and load tests.
 *
 *     static void hear(gwc_client *client, gwc_entity *player, const gwc_value *args)
 *     {
 *         printf("%s: %s\n", gwc_to_str(gwc_at(args, 0)), gwc_to_str(gwc_at(args, 1)));
 *     }
 *
 *     static const gwc_method methods[] = {{"Avatar", "OnRecvChat", hear}, {NULL, NULL, NULL}};
 *
 *     gwc_desc desc = {.address = "127.0.0.1:14001", .methods = methods};
 *     gwc_client *client = gwc_create(&desc);
 *     if (gwc_open(client) == GWC_OK)
 *         while (gwc_run(client, -1)) {
 *         }
 *     gwc_destroy(client);
 *
 * A client connects to a gate and mirrors what the server shows it: entities with their attributes,
 * one of which is the player, the entity that the client owns. The server calls methods on them;
 * the client calls methods of theirs on the server. A connection that breaks is made again. It has
 * no threads and no globals; a client belongs to one thread at a time. C11 or C++11, POSIX, Linux.
 *
 * Only gwc_process and gwc_run read and write, and never wait for the peer; gwc_open may wait for a
 * name to be resolved. Handlers run inside gwc_process, gwc_run, gwc_close and gwc_destroy. In a
 * handler every function may be called but gwc_process, gwc_run (they do nothing there) and
 * gwc_destroy.
 *
 * Texts are UTF-8 as the other end sent them; nobody has checked that. Times are milliseconds. When
 * memory is out, or gwc_destroy is called in a handler, the process is aborted.
 *
 * docs/guide/clients.md is the guide, docs/internals/protocol.md the protocol. */
#ifndef GOWORLD_CLIENT_H
#define GOWORLD_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gwc_client gwc_client;
typedef struct gwc_entity gwc_entity;
typedef struct gwc_value gwc_value;

/* Every error: name, value, what it means to a person. */
#define GWC_ERRORS(E)                                                                              \
    E(GWC_OK, 0, "no error")                                                                       \
    E(GWC_EINVAL, -1, "an argument is not allowed")                                                \
    E(GWC_EAWAY, -2, "there is no connection, or no such entity")                                  \
    E(GWC_EFULL, -3, "the server does not read what is sent to it")                                \
    E(GWC_ERESOLVE, -4, "the name of the host cannot be resolved")

typedef enum gwc_err {
#define E(name, value, text) name = value,
    GWC_ERRORS(E)
#undef E
} gwc_err;

/* Returns a static sentence; never NULL. */
const char *gwc_strerror(gwc_err err);

/* ---- values ---------------------------------------------------------------------------------
 *
 * What travels is a tree of values: attributes are, and arguments. Reading never fails: a value of
 * another type, a missing key or index, and NULL, which stands for a missing value, read as nil,
 * zero, "" and no items. */

typedef enum gwc_type {
    GWC_NIL,
    GWC_BOOL,
    GWC_INT,    /* 64 bits; unsigned beyond INT64_MAX */
    GWC_DOUBLE, /* a float of 32 or 64 bits */
    GWC_STR,
    GWC_BYTES, /* also what is an extension of msgpack: its bytes */
    GWC_LIST,
    GWC_MAP,
} gwc_type;

gwc_type gwc_type_of(const gwc_value *value);
bool gwc_to_bool(const gwc_value *value);
int64_t gwc_to_int(const gwc_value *value); /* a float is cut, what is out of range is the limit */
uint64_t gwc_to_uint(const gwc_value *value); /* likewise; a negative number is 0 */
double gwc_to_double(const gwc_value *value); /* of any number */
/* Of a text or bytes, with a NUL behind them; never NULL. */
const char *gwc_to_str(const gwc_value *value);
size_t gwc_size(const gwc_value *value); /* in bytes, of a text or bytes */

size_t gwc_count(const gwc_value *value); /* of a list or map */
/* The item of a list, or the value of a map at that place in the order of its keys, or NULL. */
const gwc_value *gwc_at(const gwc_value *value, size_t index);
const char *gwc_key_at(const gwc_value *map, size_t index); /* "" when there is none */
const gwc_value *gwc_get(const gwc_value *map, const char *key);

/* ---- arguments ------------------------------------------------------------------------------ */

typedef enum gwc_arg_kind {
    GWC_ARG_END,
    GWC_ARG_NIL,
    GWC_ARG_BOOL,
    GWC_ARG_I64,
    GWC_ARG_U64,
    GWC_ARG_F32,
    GWC_ARG_F64,
    GWC_ARG_STR,
    GWC_ARG_BYTES,
    GWC_ARG_TREE,
} gwc_arg_kind;

/* One argument of a call, or a value to put into a tree: made by the functions below. It borrows
 * the text, bytes or tree, until the call that it is handed to returns. */
typedef struct gwc_arg {
    gwc_arg_kind kind;
    size_t size; /* of a text or bytes */
    union {
        uint64_t natural;
        int64_t integer;
        double real;
        bool boolean;
        const void *data;
        const gwc_value *tree;
    } of;
} gwc_arg;

static inline gwc_arg gwc_arg_of(gwc_arg_kind kind)
{
    gwc_arg arg = {kind, 0, {0}};
    return arg;
}

static inline gwc_arg gwc_nil(void)
{
    return gwc_arg_of(GWC_ARG_NIL);
}

static inline gwc_arg gwc_bool(bool value)
{
    gwc_arg arg = gwc_arg_of(GWC_ARG_BOOL);
    arg.of.boolean = value;
    return arg;
}

/* What GoWorld calls int. Methods that want a smaller one take it where the value fits. */
static inline gwc_arg gwc_i64(int64_t value)
{
    gwc_arg arg = gwc_arg_of(GWC_ARG_I64);
    arg.of.integer = value;
    return arg;
}

static inline gwc_arg gwc_u64(uint64_t value)
{
    gwc_arg arg = gwc_arg_of(GWC_ARG_U64);
    arg.of.natural = value;
    return arg;
}

/* A Go method that wants a float32 refuses a float64. */
static inline gwc_arg gwc_f32(float value)
{
    gwc_arg arg = gwc_arg_of(GWC_ARG_F32);
    arg.of.real = (double)value;
    return arg;
}

static inline gwc_arg gwc_f64(double value)
{
    gwc_arg arg = gwc_arg_of(GWC_ARG_F64);
    arg.of.real = value;
    return arg;
}

static inline gwc_arg gwc_str_of(const char *text, size_t size)
{
    gwc_arg arg = gwc_arg_of(GWC_ARG_STR);
    arg.of.data = text;
    arg.size = text ? size : 0;
    return arg;
}

/* NULL is the empty text. An entity is handed over by its id, as a text. */
static inline gwc_arg gwc_str(const char *text)
{
    return gwc_str_of(text, text ? strlen(text) : 0);
}

static inline gwc_arg gwc_bytes(const void *bytes, size_t size)
{
    gwc_arg arg = gwc_arg_of(GWC_ARG_BYTES);
    arg.of.data = bytes;
    arg.size = bytes ? size : 0;
    return arg;
}

/* A list, a map, or any value that came. */
static inline gwc_arg gwc_tree(const gwc_value *value)
{
    gwc_arg arg = gwc_arg_of(value ? GWC_ARG_TREE : GWC_ARG_NIL);
    arg.of.tree = value;
    return arg;
}

/* Trees of the program's own, which frees them. What is put in is copied. GWC_EINVAL: it is no list
 * (no map), or the value is too large or nested too deeply to travel. */
gwc_value *gwc_new_list(void);
gwc_value *gwc_new_map(void);
gwc_err gwc_append(gwc_value *list, gwc_arg value);
gwc_err gwc_put(gwc_value *map, const char *key, gwc_arg value); /* replaces what was there */
void gwc_free(gwc_value *tree); /* only what gwc_new_list and gwc_new_map returned; or NULL */

/* ---- entities -------------------------------------------------------------------------------
 *
 * An entity exists from on_created until on_destroyed has returned; its texts and attributes last
 * until the next gwc_process, gwc_run or gwc_close. Keep its id across time. NULL, as where there
 * is no player now, reads as nobody: "", no attributes, zero. */

typedef struct gwc_vec3 {
    float x, y, z;
} gwc_vec3;

const char *gwc_entity_id(const gwc_entity *entity); /* 16 characters */
const char *gwc_entity_type(const gwc_entity *entity);
bool gwc_entity_is(const gwc_entity *entity, const char *type);
bool gwc_entity_is_player(const gwc_entity *entity);
gwc_vec3 gwc_entity_position(const gwc_entity *entity);
float gwc_entity_yaw(const gwc_entity *entity);
const gwc_value *gwc_entity_attrs(const gwc_entity *entity); /* a map */
/* gwc_get of the attributes. */
const gwc_value *gwc_attr(const gwc_entity *entity, const char *name);

/* The program's own, NULL at first; free it in on_destroyed. */
void *gwc_entity_user(const gwc_entity *entity);
void gwc_entity_set_user(gwc_entity *entity, void *user);

/* ---- what happens --------------------------------------------------------------------------- */

typedef enum gwc_change_kind {
    GWC_SET,      /* a key of a map */
    GWC_DELETED,  /* likewise */
    GWC_CLEARED,  /* a map */
    GWC_REPLACED, /* an item of a list */
    GWC_APPENDED, /* likewise: the new last one */
    GWC_POPPED,   /* likewise: the last one */
} gwc_change_kind;

/* A key of a map, or, where it is NULL, an index of a list. */
typedef struct gwc_step {
    const char *key;
    uint32_t index;
} gwc_step;

/* A change of an entity's attributes. Everything in it lasts until the handler returns. */
typedef struct gwc_change {
    gwc_change_kind kind;
    /* From the name of the attribute down to the value that has changed, come or gone. Empty when
     * all attributes were cleared. */
    const gwc_step *path;
    size_t path_count;
    const gwc_value *value;  /* the new one; NULL when there is none */
    const gwc_value *before; /* what was there; NULL when nothing was */
} gwc_change;

/* The end of a connection, or of an attempt to make one. */
typedef struct gwc_loss {
    const char *reason; /* a sentence, or what the game said; "" when the program closed it */
    int code;           /* of a WebSocket's close frame; 0: none */
    bool was_open;      /* false: it was only attempted */
    bool kicked;        /* by the game, mostly because another client has its player */
    bool again;         /* another attempt follows, after delay_ms */
    int64_t delay_ms;
    unsigned attempt; /* which one that will be, from 1, since the last good connection */
} gwc_loss;

/* A method that the server calls. `args` is a list, and lasts until the handler returns. */
typedef struct gwc_method {
    const char *type; /* of the entity; NULL: any */
    const char *name;
    void (*handle)(gwc_client *client, gwc_entity *entity, const gwc_value *args);
} gwc_method;

/* ---- the client ----------------------------------------------------------------------------- */

/* Zero is the default, but for the address. Every handler may be NULL. */
typedef struct gwc_desc {
    /* "host:port" or "tcp://host:port", the gate's listen_addr; "ws://host:port/ws", its http_addr.
     * IPv6 as "[::1]:14001". Copied. */
    const char *address;
    const char *origin; /* of a WebSocket, which GoWorld's own gates want; NULL: none. Copied */
    void *user;         /* for gwc_user */

    const gwc_method *methods; /* ends with a NULL name; borrowed. The first that fits is called */
    void (*on_open)(gwc_client *client); /* connected; the player follows */
    void (*on_created)(gwc_client *client, gwc_entity *entity);
    /* The client owns this entity from now on; on_created was called before. */
    void (*on_player)(gwc_client *client, gwc_entity *player);
    void (*on_changed)(gwc_client *client, gwc_entity *entity, const gwc_change *change);
    void (*on_moved)(gwc_client *client, gwc_entity *entity);
    /* A call that `methods` does not have. */
    void (*on_call)(gwc_client *client, gwc_entity *entity, const char *method,
                    const gwc_value *args);
    void (*on_destroyed)(gwc_client *client, gwc_entity *entity);
    /* The entities were destroyed before. */
    void (*on_closed)(gwc_client *client, const gwc_loss *loss);

    /* The server knows this client again: its player follows, and the calls that it has missed. */
    void (*on_returned)(gwc_client *client);

    bool come_back;             /* find the player again after a loss, where the gate has a
                                   reconnect_grace; not for gates of GoWorld's own */
    bool no_reconnect;          /* a loss is final */
    bool reconnect_after_kick;  /* else two clients of one account throw each other out for ever */
    int64_t reconnect_first_ms; /* doubled with each attempt, less a random half; 0: 500 */
    int64_t reconnect_max_ms;   /* 0: 20,000 */
    int64_t connect_timeout_ms; /* for all addresses of the host; 0: 10,000 */
    int64_t heartbeat_ms;       /* 0: 5,000; negative: none */

    uint32_t packet_bytes_max; /* of one from the server; 0: 4 MiB, at most 32 MiB */
    uint32_t entities_max;     /* that exist at once; 0: 65,536 */
    size_t state_bytes_max;    /* of entities and their attributes, about; 0: 64 MiB */
    size_t send_bytes_max;     /* that wait to be sent; 0: 4 MiB */

    uint64_t seed; /* of random numbers: for delays and masks; 0: from the system */
} gwc_desc;

typedef enum gwc_state {
    GWC_CLOSED,
    GWC_CONNECTING,
    GWC_OPEN,
    GWC_WAITING, /* for the next attempt */
} gwc_state;

/* Never NULL; closed. Connects to nothing yet. */
gwc_client *gwc_create(const gwc_desc *desc);
void gwc_destroy(gwc_client *client); /* closes it first; NULL does nothing */

/* Starts to connect, which goes on in gwc_process; while waiting, makes the next attempt due. Of a
 * closed client it resolves the host's name, and waits for that: only for names, not for numeric
 * addresses. Attempts after a loss go to the addresses found then. GWC_EINVAL: the address is not
 * understood; GWC_ERESOLVE. In a handler, after gwc_close, wait for on_closed: GWC_EAWAY. */
gwc_err gwc_open(gwc_client *client);
/* Ends the connection for good, after what waits was sent if it can be at once. In a handler, it
 * does so when that returns. */
void gwc_close(gwc_client *client);

/* Reads, calls handlers, writes, and connects again when that is due. `now_ms` is a clock that
 * never goes back, such as gwc_now_ms. At most 256 KiB are read at a time. */
void gwc_process(gwc_client *client, int64_t now_ms);
int64_t gwc_now_ms(void); /* CLOCK_MONOTONIC */

/* For a loop of the program's own: after each gwc_process, and each gwc_call outside of one, poll
 * gwc_fd (-1: none now) for gwc_events, which are those of poll(2), for at most gwc_timeout_ms (-1:
 * for ever), and then call gwc_process. */
int gwc_fd(const gwc_client *client);
short gwc_events(const gwc_client *client);
int gwc_timeout_ms(const gwc_client *client, int64_t now_ms);

/* For a program without a loop: waits until something happens, at most so long (-1: for ever), and
 * processes that. Returns false once the client is closed. */
bool gwc_run(gwc_client *client, int timeout_ms);

gwc_state gwc_state_of(const gwc_client *client);
void *gwc_user(const gwc_client *client);

gwc_entity *gwc_player(const gwc_client *client); /* NULL: none now */
gwc_entity *gwc_find(const gwc_client *client, const char *id);
size_t gwc_entity_count(const gwc_client *client);
/* In the order of their creation; NULL: no more. */
gwc_entity *gwc_entity_first(const gwc_client *client);
gwc_entity *gwc_entity_next(const gwc_entity *entity);

/* Calls a method of the entity on the server; `args` ends with GWC_ARG_END. The packet leaves in
 * the next gwc_process. GWC_EINVAL: the method's name is empty or longer than 128 bytes, there are
 * more than 255 arguments, one is too large or nested too deeply; GWC_EAWAY: no connection, or the
 * entity is NULL; GWC_EFULL: too much waits to be sent; the connection is given up. */
gwc_err gwc_call_args(gwc_client *client, const gwc_entity *entity, const char *method,
                      const gwc_arg *args);

/* Moves the entity here, and on the server where that lets this client do so. GWC_EINVAL: a number
 * is not finite. */
gwc_err gwc_move(gwc_client *client, gwc_entity *entity, gwc_vec3 position, float yaw);

#ifdef __cplusplus
}

/* gwc_call(client, entity, "SendChat", gwc_str("hi"), gwc_i64(1)): gwc_call_args of these. */
template <class... Args>
inline gwc_err gwc_call(gwc_client *client, const gwc_entity *entity, const char *method,
                        Args... args)
{
    const gwc_arg list[] = {args..., gwc_arg_of(GWC_ARG_END)};
    return gwc_call_args(client, entity, method, list);
}
#else
/* gwc_call(client, entity, "SendChat", gwc_str("hi"), gwc_i64(1)): gwc_call_args of these. */
#define gwc_call(client, entity, ...)                                                              \
    GWC_CALL_ENDED(client, entity, __VA_ARGS__, gwc_arg_of(GWC_ARG_END))
#define GWC_CALL_ENDED(client, entity, method, ...)                                                \
    gwc_call_args(client, entity, method, (const gwc_arg[]){__VA_ARGS__})
#endif

#endif
