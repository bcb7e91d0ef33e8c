#include "chain.h"

#include "listen.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct peer *chain_link;
static struct peer *link_to_first, *link_to_last; /* of the dispatcher */
static void (*client_closed)(struct floor *floor, struct peer *client);

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Without its link a process is of no use; the others end in the same way. */
static void link_closed(struct floor *floor, struct peer *peer)
{
    (void)floor;
    (void)peer;
    exit(0);
}

static void first_closed(struct floor *floor, struct peer *peer)
{
    if (peer == chain_link)
        link_closed(floor, peer);
    client_closed(floor, peer);
}

static void dispatcher_packet(struct floor *floor, struct peer *from, const uint8_t *payload,
                              uint32_t size)
{
    struct peer *to = from == link_to_first ? link_to_last : link_to_first;
    memcpy(floor_put(floor, to, size), payload, size);
}

/* Both ends of a TCP connection over loopback. */
static void connect_pair(int pair[2])
{
    uint16_t port = 0;
    int listener = listen_on(&port);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (pair[0] < 0 || connect(pair[0], (struct sockaddr *)&address, sizeof address) < 0)
        fail("connect");
    pair[1] = accept(listener, NULL, NULL);
    if (pair[1] < 0)
        fail("accept");
    close(listener);
}

struct wires {
    int listener, first[2], last[2]; /* [0] is that process's end, [1] the dispatcher's */
};

static void close_pair(const int pair[2])
{
    close(pair[0]);
    close(pair[1]);
}

static _Noreturn void run_first(const struct wires *wires, const struct chain_end *end)
{
    struct floor first = {.listen_fd = wires->listener,
                          .accepted = end->accepted,
                          .packet = end->packet,
                          .closed = first_closed};
    close_pair(wires->last);
    close(wires->first[1]);
    client_closed = end->closed;
    floor_open(&first);
    chain_link = floor_add(&first, wires->first[0]);
    floor_run(&first);
}

static _Noreturn void run_dispatcher(const struct wires *wires, const struct chain_end *end)
{
    struct floor dispatcher = {.listen_fd = -1, .packet = dispatcher_packet, .closed = link_closed};
    (void)end;
    close(wires->listener);
    close(wires->first[0]);
    close(wires->last[0]);
    floor_open(&dispatcher);
    link_to_first = floor_add(&dispatcher, wires->first[1]);
    link_to_last = floor_add(&dispatcher, wires->last[1]);
    floor_run(&dispatcher);
}

static _Noreturn void run_last(const struct wires *wires, const struct chain_end *end)
{
    struct floor last = {.listen_fd = -1, .packet = end->packet, .closed = link_closed};
    close(wires->listener);
    close_pair(wires->first);
    close(wires->last[1]);
    floor_open(&last);
    chain_link = floor_add(&last, wires->last[0]);
    floor_run(&last);
}

static pid_t start(void (*run)(const struct wires *, const struct chain_end *),
                   const struct wires *wires, const struct chain_end *end, const sigset_t *held)
{
    pid_t pid = fork();
    if (pid < 0)
        fail("fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        sigprocmask(SIG_UNBLOCK, held, NULL);
        run(wires, end);
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

int chain_main(const struct chain_end *first, const struct chain_end *last, int argc, char **argv)
{
    struct wires wires;
    uint16_t port = (uint16_t)(argc > 1 ? atoi(argv[1]) : 0);
    sigset_t held;
    hold_signals(&held);
    wires.listener = listen_on(&port);
    connect_pair(wires.first);
    connect_pair(wires.last);
    pid_t pids[3] = {start(run_first, &wires, first, &held),
                     start(run_dispatcher, &wires, NULL, &held),
                     start(run_last, &wires, last, &held)};
    close(wires.listener);
    close_pair(wires.first);
    close_pair(wires.last);
    printf("port=%u %s=%d dispatcher=%d %s=%d\n", port, first->name, pids[0], pids[1], last->name,
           pids[2]);
    fflush(stdout);
    wait_for_end(&held, pids);
    return 0;
}
