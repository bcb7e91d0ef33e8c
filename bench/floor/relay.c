/* relay: the floor of the path client, gate, dispatcher, game and back: three bare processes that
 * only cut packets and pass them on.
 *
 * No entities, no arguments, no checks of who may call what: the gate appends a client's number as
 * a gate appends its ClientID, the dispatcher passes on, the game answers every call with one call
 * on the client, of the size that the real answer has. Whatever an engine does beyond that shows as
 * its ratio to this.
 *
 * `relay [port]` (0 or none: any) prints "port=N gate=PID dispatcher=PID game=PID" and runs until
 * it is ended.
 */
#include "peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    ID_SIZE = 16,
    TYPE_CREATE_ENTITY_ON_CLIENT = 1002,
    TYPE_CALL_METHOD_ON_CLIENT = 1009,
    CLIENT_AT = 4,             /* in what goes to a client: type, gateid, then the ClientID */
    ARGUMENT_SIZE = 2 + 4 + 9, /* count, length, one msgpack integer */
    CLIENTS_MAX = 65536,
};

static struct peer *clients[CLIENTS_MAX]; /* of the gate, by slot */
static uint32_t next_slot;
static struct peer *link_to_dispatcher;          /* of the gate and of the game */
static struct peer *link_to_gate, *link_to_game; /* of the dispatcher */

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void put_u16(uint8_t *at, uint16_t value)
{
    memcpy(at, &value, sizeof value);
}

static void put_u32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, sizeof value);
}

/* ---- gate ---- */

/* CREATE_ENTITY_ON_CLIENT of an Account without attributes: what a gate says first. */
static void greet(struct floor *floor, struct peer *client)
{
    static const char type[] = "Account";
    enum { NAME = sizeof type - 1, SIZE = 2 + 2 + 16 + 1 + 16 + 4 + NAME + 16 + 4 + 1 };
    uint8_t *w = floor_put(floor, client, SIZE);
    memset(w, 0, SIZE);
    put_u16(w, TYPE_CREATE_ENTITY_ON_CLIENT);
    put_u32(w + CLIENT_AT, client->slot);
    w[20] = true; /* the client's own player */
    memset(w + 21, 'A', ID_SIZE);
    put_u32(w + 37, NAME);
    memcpy(w + 41, type, NAME);
    put_u32(w + SIZE - 5, 1);
    w[SIZE - 1] = 0x80; /* an empty map */
}

static void gate_accepted(struct floor *floor, struct peer *client)
{
    do
        next_slot = (next_slot + 1) % CLIENTS_MAX;
    while (clients[next_slot]);
    client->slot = next_slot;
    clients[next_slot] = client;
    greet(floor, client);
}

static void gate_packet(struct floor *floor, struct peer *from, const uint8_t *payload,
                        uint32_t size)
{
    if (from != link_to_dispatcher) {
        uint8_t *w = floor_put(floor, link_to_dispatcher, size + ID_SIZE);
        memcpy(w, payload, size);
        memset(w + size, 0, ID_SIZE);
        put_u32(w + size, from->slot);
        return;
    }
    uint32_t slot;
    memcpy(&slot, payload + CLIENT_AT, sizeof slot);
    struct peer *client = clients[slot % CLIENTS_MAX];
    if (client)
        memcpy(floor_put(floor, client, size), payload, size);
}

/* Without its link a process is of no use; the others end in the same way. */
static void link_closed(struct floor *floor, struct peer *peer)
{
    (void)floor;
    (void)peer;
    exit(0);
}

static void gate_closed(struct floor *floor, struct peer *peer)
{
    if (peer == link_to_dispatcher)
        link_closed(floor, peer);
    clients[peer->slot] = NULL;
}

/* ---- dispatcher ---- */

static void dispatcher_packet(struct floor *floor, struct peer *from, const uint8_t *payload,
                              uint32_t size)
{
    struct peer *to = from == link_to_gate ? link_to_game : link_to_gate;
    memcpy(floor_put(floor, to, size), payload, size);
}

/* ---- game ---- */

/* Answers Echo(value) with OnEcho(value): the arguments stand before the client's number. */
static void game_packet(struct floor *floor, struct peer *from, const uint8_t *payload,
                        uint32_t size)
{
    static const char method[] = "OnEcho";
    enum { NAME = sizeof method - 1, HEAD = 2 + 2 + 16 + 16 + 4 + NAME };
    if (size < ARGUMENT_SIZE + ID_SIZE)
        return;
    uint8_t *w = floor_put(floor, from, HEAD + ARGUMENT_SIZE);
    memset(w, 0, HEAD);
    put_u16(w, TYPE_CALL_METHOD_ON_CLIENT);
    memcpy(w + CLIENT_AT, payload + size - ID_SIZE, ID_SIZE);
    put_u32(w + HEAD - NAME - 4, NAME);
    memcpy(w + HEAD - NAME, method, NAME);
    memcpy(w + HEAD, payload + size - ID_SIZE - ARGUMENT_SIZE, ARGUMENT_SIZE);
}

/* ---- the three processes ---- */

static int listen_on(uint16_t port, struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    *address = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof *address;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, (struct sockaddr *)address, size) < 0 || listen(fd, 4096) < 0 ||
        getsockname(fd, (struct sockaddr *)address, &size) < 0)
        fail("listen");
    return fd;
}

/* Both ends of a TCP connection over loopback. */
static void connect_pair(int pair[2])
{
    struct sockaddr_in address;
    int listener = listen_on(0, &address);
    pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (pair[0] < 0 || connect(pair[0], (struct sockaddr *)&address, sizeof address) < 0)
        fail("connect");
    pair[1] = accept(listener, NULL, NULL);
    if (pair[1] < 0)
        fail("accept");
    close(listener);
}

struct wires {
    int listener, gate[2], game[2]; /* [0] is that process's end, [1] the dispatcher's */
};

static void close_pair(const int pair[2])
{
    close(pair[0]);
    close(pair[1]);
}

static _Noreturn void run_gate(const struct wires *wires)
{
    struct floor gate = {.listen_fd = wires->listener,
                         .accepted = gate_accepted,
                         .packet = gate_packet,
                         .closed = gate_closed};
    close_pair(wires->game);
    close(wires->gate[1]);
    if (fcntl(wires->listener, F_SETFL, O_NONBLOCK) < 0)
        fail("fcntl");
    floor_open(&gate);
    link_to_dispatcher = floor_add(&gate, wires->gate[0]);
    floor_run(&gate);
}

static _Noreturn void run_dispatcher(const struct wires *wires)
{
    struct floor dispatcher = {.listen_fd = -1, .packet = dispatcher_packet, .closed = link_closed};
    close(wires->listener);
    close(wires->gate[0]);
    close(wires->game[0]);
    floor_open(&dispatcher);
    link_to_gate = floor_add(&dispatcher, wires->gate[1]);
    link_to_game = floor_add(&dispatcher, wires->game[1]);
    floor_run(&dispatcher);
}

static _Noreturn void run_game(const struct wires *wires)
{
    struct floor game = {.listen_fd = -1, .packet = game_packet, .closed = link_closed};
    close(wires->listener);
    close_pair(wires->gate);
    close(wires->game[1]);
    floor_open(&game);
    link_to_dispatcher = floor_add(&game, wires->game[0]);
    floor_run(&game);
}

static pid_t start(void (*run)(const struct wires *), const struct wires *wires,
                   const sigset_t *held)
{
    pid_t pid = fork();
    if (pid < 0)
        fail("fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        sigprocmask(SIG_UNBLOCK, held, NULL);
        run(wires);
    }
    return pid;
}

/* Held from before the first fork, so that none is missed. */
static void hold_signals(sigset_t *held)
{
    sigemptyset(held);
    sigaddset(held, SIGTERM);
    sigaddset(held, SIGINT);
    sigaddset(held, SIGCHLD);
    sigprocmask(SIG_BLOCK, held, NULL);
}

/* A signal, or one of them gone, ends all. */
static void wait_for_end(const sigset_t *held, const pid_t pids[3])
{
    int signum;
    sigwait(held, &signum);
    for (int i = 0; i < 3; i++)
        kill(pids[i], SIGTERM);
    while (wait(NULL) > 0) {}
}

int main(int argc, char **argv)
{
    struct wires wires;
    struct sockaddr_in address;
    sigset_t held;
    hold_signals(&held);
    wires.listener = listen_on((uint16_t)(argc > 1 ? atoi(argv[1]) : 0), &address);
    connect_pair(wires.gate);
    connect_pair(wires.game);
    pid_t pids[3] = {start(run_gate, &wires, &held), start(run_dispatcher, &wires, &held),
                     start(run_game, &wires, &held)};
    close(wires.listener);
    close_pair(wires.gate);
    close_pair(wires.game);
    printf("port=%d gate=%d dispatcher=%d game=%d\n", ntohs(address.sin_port), pids[0], pids[1],
           pids[2]);
    fflush(stdout);
    wait_for_end(&held, pids);
    return 0;
}
