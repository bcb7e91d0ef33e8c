#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LENGTH_SIZE = 4,
    READ_BYTES = 256 * 1024,
    REST_BYTES_MAX = 64 * 1024,
    BATCH_BYTES_MAX = 64 * 1024 * 1024,
    EVENTS_MAX = 512,
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void mark_dirty(struct floor *floor, struct peer *peer)
{
    if (peer->dirty)
        return;
    peer->dirty = true;
    peer->next_dirty = floor->dirty;
    floor->dirty = peer;
}

static void watch(struct floor *floor, int operation, struct peer *peer, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = peer};
    if (epoll_ctl(floor->epoll_fd, operation, peer->fd, &event) < 0)
        die("epoll_ctl");
}

struct peer *floor_add(struct floor *floor, int fd)
{
    struct peer *peer = mem_zalloc(sizeof *peer);
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
        die("fcntl");
    peer->fd = fd;
    watch(floor, EPOLL_CTL_ADD, peer, EPOLLIN);
    return peer;
}

/* The memory stays until the turn ends, since callers up the stack still hold the peer. */
static void peer_close(struct floor *floor, struct peer *peer)
{
    if (peer->fd < 0)
        return;
    close(peer->fd);
    peer->fd = -1;
    floor->closed(floor, peer);
    mark_dirty(floor, peer);
}

static void peer_free(struct peer *peer)
{
    buf_free(&peer->rest);
    buf_free(&peer->batch);
    free(peer);
}

/* Room at the end of the peer's batch. */
static uint8_t *extend_batch(struct floor *floor, struct peer *to, size_t size)
{
    if (to->batch.size + size > BATCH_BYTES_MAX) {
        fprintf(stderr, "floor: a peer does not read\n");
        exit(1);
    }
    uint8_t *room = buf_reserve(&to->batch, size);
    to->batch.size += size;
    mark_dirty(floor, to);
    return room;
}

uint8_t *floor_put(struct floor *floor, struct peer *to, uint32_t size)
{
    uint8_t *packet = extend_batch(floor, to, LENGTH_SIZE + size);
    memcpy(packet, &size, LENGTH_SIZE);
    return packet + LENGTH_SIZE;
}

void floor_send(struct floor *floor, struct peer *to, const void *bytes, size_t size)
{
    if (to->fd < 0)
        return;
    ssize_t n = to->batch.size > 0 ? 0 : send(to->fd, bytes, size, MSG_NOSIGNAL);
    size_t sent = n < 0 ? 0 : (size_t)n; /* why it failed, the batch's send will find out */
    if (sent < size)
        memcpy(extend_batch(floor, to, size - sent), (const uint8_t *)bytes + sent, size - sent);
}

/* Asks to be told when there is room again, or no longer. */
static void set_waits(struct floor *floor, struct peer *peer, bool waits)
{
    if (peer->waits == waits)
        return;
    peer->waits = waits;
    watch(floor, EPOLL_CTL_MOD, peer, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void send_batch(struct floor *floor, struct peer *peer)
{
    ssize_t n =
        send(peer->fd, peer->batch.data + peer->sent, peer->batch.size - peer->sent, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) {
        peer_close(floor, peer);
        return;
    }
    peer->sent += n < 0 ? 0 : (size_t)n;
    bool all = peer->sent == peer->batch.size;
    if (all) {
        buf_clear(&peer->batch);
        peer->sent = 0;
    }
    set_waits(floor, peer, !all);
}

static void send_all(struct floor *floor)
{
    while (floor->dirty) {
        struct peer *peer = floor->dirty;
        floor->dirty = peer->next_dirty;
        peer->dirty = false;
        if (peer->fd >= 0 && peer->batch.size > 0)
            send_batch(floor, peer);
        if (peer->fd < 0 && !peer->dirty)
            peer_free(peer);
    }
}

/* Hands on every whole packet; returns how many bytes they were. */
static size_t cut(struct floor *floor, struct peer *peer, const uint8_t *bytes, size_t size)
{
    size_t at = 0;
    while (size - at >= LENGTH_SIZE && peer->fd >= 0) {
        uint32_t length;
        memcpy(&length, bytes + at, LENGTH_SIZE);
        if (size - at - LENGTH_SIZE < length)
            break;
        floor->packet(floor, peer, bytes + at + LENGTH_SIZE, length);
        at += LENGTH_SIZE + length;
    }
    return at;
}

/* All peers share one place to read into; only the rest of a cut packet is kept per peer. */
static void receive(struct floor *floor, struct peer *peer)
{
    static uint8_t bytes[REST_BYTES_MAX + READ_BYTES];
    size_t rest = peer->rest.size;
    ssize_t n = recv(peer->fd, bytes + rest, READ_BYTES, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        peer_close(floor, peer);
        return;
    }
    if (rest > 0)
        memcpy(bytes, peer->rest.data, rest);
    size_t size = rest + (size_t)n;
    size_t used = cut(floor, peer, bytes, size);
    buf_clear(&peer->rest);
    if (size - used > REST_BYTES_MAX)
        peer_close(floor, peer);
    else if (used < size)
        buf_append(&peer->rest, bytes + used, size - used);
}

static void accept_all(struct floor *floor)
{
    for (;;) {
        int fd = accept(floor->listen_fd, NULL, NULL);
        if (fd < 0)
            return;
        floor->accepted(floor, floor_add(floor, fd));
    }
}

static void handle(struct floor *floor, const struct epoll_event *event)
{
    struct peer *peer = event->data.ptr;
    if (!peer) {
        accept_all(floor);
        return;
    }
    if (event->events & EPOLLOUT)
        mark_dirty(floor, peer);
    if (event->events & ~(uint32_t)EPOLLOUT)
        receive(floor, peer);
}

void floor_open(struct floor *floor)
{
    floor->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (floor->epoll_fd < 0)
        die("epoll_create1");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (floor->listen_fd >= 0 &&
        epoll_ctl(floor->epoll_fd, EPOLL_CTL_ADD, floor->listen_fd, &event) < 0)
        die("epoll_ctl");
}

_Noreturn void floor_run(struct floor *floor)
{
    struct epoll_event events[EVENTS_MAX];
    for (;;) {
        if (floor->turn_ends)
            floor->turn_ends(floor);
        send_all(floor);
        int count = epoll_wait(floor->epoll_fd, events, EVENTS_MAX, -1);
        for (int i = 0; i < count; i++)
            handle(floor, &events[i]);
    }
}
