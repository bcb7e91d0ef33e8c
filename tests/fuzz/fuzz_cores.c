/* What peers send to a dispatcher and to a gate: any packets, from games, gates, nameless peers,
 * clients of any dialect over TCP and over a WebSocket, in any order. */
#include "feed.h"

#include "dispatcher/dispatcher.h"
#include "gate/gate.h"
#include "wire/messages.h"

enum { NAMELESS, GAME, OTHER_GAME, GATE, DISPATCHER, CLIENT, OTHER_CLIENT, LINKS };

/* What the cores write is dropped; what they close ends at once. */
struct peer_link {
    struct link link; /* first, so that a link is its peer_link */
    const char *reason;
    bool open;
};

static struct clock now;
static struct outq_pool pool;

static void wake(struct link *link)
{
    (void)link;
}

static void close_link(struct link *link, const char *reason)
{
    ((struct peer_link *)link)->reason = reason;
}

static void pause_link(struct link *link, bool paused)
{
    (void)link, (void)paused;
}

static bool has_gone(const struct link *link)
{
    return !((const struct peer_link *)link)->open;
}

static const struct link_ops ops = {
    .wake = wake, .close = close_link, .pause = pause_link, .has_gone = has_gone};

static void link_init(struct peer_link *p)
{
    *p = (struct peer_link){.link = {.ops = &ops, .address = "fuzz"}, .open = true};
    p->link.payload_bytes_max = PACKET_PAYLOAD_BYTES_MAX;
    outq_init(&p->link.out, &pool, 1u << 20);
}

static void end(struct peer_link *p, const char *reason)
{
    p->open = false;
    p->link.closing = true;
    p->link.events->closed(p->link.user, reason);
    outq_clear(&p->link.out);
}

static void turn(struct peer_link *links)
{
    for (int i = 0; i < LINKS; i++) {
        if (links[i].open)
            feed_drain(&links[i].link);
        if (links[i].open && links[i].reason)
            end(&links[i], links[i].reason);
    }
}

static void receive(struct peer_link *p, const struct buf *wire)
{
    if (p->open && !p->link.closing)
        feed(&p->link, wire);
}

static void receive_one(struct peer_link *p, const void *payload, size_t size)
{
    struct buf wire = {0};
    write_var(&wire, payload, size);
    receive(p, &wire);
    buf_free(&wire);
}

static void nowhere(void *user, enum log_level level, const char *line, size_t size)
{
    (void)user, (void)level, (void)line, (void)size;
}

static const struct log silent = {.level = LOG_DEBUG, .process = "fuzz", .write = nowhere};
static struct id_source ids = {.clock = &now};

static struct dispatcher *dispatcher_new(struct peer_link *links)
{
    struct dispatcher *d = dispatcher_create(&(struct dispatcher_desc){.dispid = 1,
                                                                       .dispatchers = 2,
                                                                       .desired_games = 3,
                                                                       .desired_gates = 1,
                                                                       .pool = &pool,
                                                                       .clock = &now,
                                                                       .log = &silent});
    static const uint8_t game[] = "\1\0\1\0\0\0\0\1\0\0\0eeeeeeeeeeeeeeee";
    static const uint8_t other[] = "\1\0\2\0\0\0\0\0\0\0\0", gate[] = "\2\0\1";
    static const uint8_t hello[20] = {0xb8, 0x0b, 1, 0, 1}; /* they can go on after a break */
    for (int i = NAMELESS; i <= GATE; i++) {
        link_init(&links[i]);
        dispatcher_accept(d, &links[i].link);
    }
    receive_one(&links[GAME], game, sizeof game - 1);
    receive_one(&links[OTHER_GAME], other, sizeof other - 1);
    receive_one(&links[GATE], gate, sizeof gate);
    receive_one(&links[GAME], hello, sizeof hello);
    receive_one(&links[GATE], hello, sizeof hello);
    return d;
}

static void dial(void *user, unsigned index)
{
    (void)user, (void)index;
}

/* Sixteen times 's' at first, then 't', and so on: what the corpus knows. */
static uint8_t next_secret;

static void secret(void *user, void *bytes, size_t size)
{
    (void)user;
    memset(bytes, next_secret++, size);
}

static struct gate *gate_new(struct peer_link *links)
{
    ids.counter = 0; /* the same ids in each run */
    next_secret = 's';
    struct gate *g = gate_create(
        &(struct gate_desc){.gateid = 1,
                            .dispatchers = 1,
                            .ids = &ids,
                            .pool = &pool,
                            .clock = &now,
                            .log = &silent,
                            .limits = {.client_silence_max_ms = 10000, .reconnect_grace_ms = 1000},
                            .secret = secret,
                            .dial = dial});
    gate_turn(g);
    for (int i = DISPATCHER; i < LINKS; i++)
        link_init(&links[i]);
    gate_dispatcher_up(g, 0, &links[DISPATCHER].link);
    gate_accept_client(g, &links[CLIENT].link, GATE_TCP);
    gate_accept_client(g, &links[OTHER_CLIENT].link, GATE_WEBSOCKET);
    return g;
}

/* The peer hangs up, or a link breaks. */
static void hang_up(struct peer_link *p)
{
    if (p->open)
        end(p, "it hung up");
}

/* The steps of feed.h: the first byte is which link, which breaks behind it when the byte is large,
 * and how much later it is. */
static void play(struct peer_link *links, struct dispatcher *d, struct gate *g, const uint8_t *data,
                 size_t size)
{
    struct buf wire = {0};
    while (size >= 3) {
        size_t used = feed_collect(data, size, &wire);
        receive(&links[data[0] % LINKS], &wire);
        if (data[0] >= 128)
            hang_up(&links[data[0] % LINKS]);
        turn(links);
        now.now_ms += data[0];
        dispatcher_turn(d);
        gate_turn(g);
        data += used;
        size -= used;
    }
    buf_free(&wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct peer_link links[LINKS];
    now = (struct clock){.now_ms = 1000, .wall_ms = 1700000000000};
    struct dispatcher *d = dispatcher_new(links);
    struct gate *g = gate_new(links);
    play(links, d, g, data, size);
    for (int i = 0; i < LINKS; i++)
        if (links[i].open)
            end(&links[i], "the end");
    dispatcher_destroy(d);
    gate_destroy(g);
    outq_pool_free(&pool);
    return 0;
}
