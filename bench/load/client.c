#include "client.h"

#include "base/buf.h"
#include "common/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    READ_BYTES = 256 * 1024,
    EVENTS_MAX = 512,
    CONNECTING_MAX = 256, /* not more at a time than a listener's backlog holds */
    SILENCE_MS_MAX = 10000,
    TYPE_CREATE_ENTITY_ON_CLIENT = 1002,
    IS_PLAYER_AT = 20, /* in 1002: type, gateid, ClientID, then bool and EntityID */
};

void load_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(1);
}

static void watch(struct load *load, int operation, struct client *client, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = client};
    if (epoll_ctl(load->epoll_fd, operation, client->fd, &event) < 0)
        load_fail("epoll_ctl: %s", strerror(errno));
}

static void set_waits(struct load *load, struct client *client, bool waits)
{
    if (client->waits == waits)
        return;
    client->waits = waits;
    watch(load, EPOLL_CTL_MOD, client, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

size_t load_send(struct load *load, struct client *client, const void *bytes, size_t size)
{
    ssize_t n = send(client->fd, bytes, size, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN)
        load_fail("send: %s", strerror(errno));
    set_waits(load, client, n < (ssize_t)size);
    return n < 0 ? 0 : (size_t)n;
}

void load_ignore(struct load *load, struct client *client)
{
    watch(load, EPOLL_CTL_DEL, client, 0);
}

/* ---- in ---- */

static void take_greeting(struct load *load, struct client *client, const uint8_t *payload,
                          uint32_t size)
{
    if (size < IS_PLAYER_AT + 17 || !payload[IS_PLAYER_AT])
        return;
    memcpy(client->player.text, payload + IS_PLAYER_AT + 1, sizeof client->player.text);
    if (!client->greeted)
        load->greeted++;
    client->greeted = true;
}

static void take_packet(struct load *load, struct client *client, const uint8_t *payload,
                        uint32_t size, int64_t now)
{
    uint16_t type = 0;
    if (size >= sizeof type)
        memcpy(&type, payload, sizeof type);
    if (type == TYPE_CREATE_ENTITY_ON_CLIENT)
        take_greeting(load, client, payload, size);
    else if (load->events->packet)
        load->events->packet(load, client, payload, size, now);
}

static void keep_rest(struct client *client, const uint8_t *bytes, uint32_t size)
{
    if (size > client->rest_capacity) {
        client->rest_capacity = size * 2;
        client->rest = mem_realloc(client->rest, client->rest_capacity);
    }
    if (size)
        memcpy(client->rest, bytes, size);
    client->rest_size = size;
}

static void take_packets(struct load *load, struct client *client, const uint8_t *bytes,
                         size_t size, int64_t now)
{
    while (size >= 4) {
        uint32_t length;
        memcpy(&length, bytes, 4);
        if (length > READ_BYTES)
            load_fail("a packet of %u bytes came", length);
        if (size - 4 < length)
            break;
        take_packet(load, client, bytes + 4, length, now);
        bytes += 4 + length;
        size -= 4 + length;
    }
    keep_rest(client, bytes, (uint32_t)size);
}

static void flush(struct load *load, struct client *client, int64_t now)
{
    if (load->events->flush)
        load->events->flush(load, client, now);
}

static void receive(struct load *load, struct client *client)
{
    static uint8_t bytes[4 + 2 * READ_BYTES]; /* a packet but for its end, and what comes */
    uint32_t rest = client->rest_size;
    ssize_t n = recv(client->fd, bytes + rest, READ_BYTES, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0)
        load_fail("the server closed a connection: %s", n < 0 ? strerror(errno) : "end of stream");
    if (rest)
        memcpy(bytes, client->rest, rest);
    int64_t now = now_ns();
    take_packets(load, client, bytes, rest + (size_t)n, now);
    flush(load, client, now);
}

/* Handles what has come; waits for it at most that long. Returns false when nothing came. */
static bool turn(struct load *load, int timeout_ms)
{
    struct epoll_event events[EVENTS_MAX];
    if (load->nap_ns)
        nanosleep(&(struct timespec){.tv_nsec = load->nap_ns}, NULL);
    int count = epoll_wait(load->epoll_fd, events, EVENTS_MAX, timeout_ms);
    for (int i = 0; i < count; i++) {
        if (events[i].events & EPOLLOUT)
            flush(load, events[i].data.ptr, now_ns());
        if (events[i].events & ~(uint32_t)EPOLLOUT)
            receive(load, events[i].data.ptr);
    }
    return count > 0;
}

/* ---- the load ---- */

void load_open(struct load *load, uint32_t clients_max, const struct load_events *events,
               void *user)
{
    *load = (struct load){.events = events, .user = user};
    load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (load->epoll_fd < 0)
        load_fail("epoll_create1: %s", strerror(errno));
    load->clients = mem_zalloc(clients_max * sizeof *load->clients);
}

static int open_socket(const struct load *load)
{
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        load_fail("socket: %s (is the limit of open files too low?)", strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (load->receive_buffer_bytes)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &load->receive_buffer_bytes, sizeof(int));
    return fd;
}

static void connect_next(struct load *load, const struct sockaddr_in *address)
{
    struct client *client = &load->clients[load->count];
    client->index = load->count++;
    client->fd = open_socket(load);
    if (connect(client->fd, (const struct sockaddr *)address, sizeof *address) < 0)
        load_fail("connect: %s", strerror(errno));
    if (fcntl(client->fd, F_SETFL, O_NONBLOCK) < 0)
        load_fail("fcntl: %s", strerror(errno));
    watch(load, EPOLL_CTL_ADD, client, EPOLLIN);
}

void load_connect(struct load *load, const struct sockaddr_in *address, uint32_t count)
{
    while (load->greeted < count) {
        while (load->count < count && load->count - load->greeted < CONNECTING_MAX)
            connect_next(load, address);
        if (!turn(load, SILENCE_MS_MAX))
            load_fail("%u of %u clients are greeted, then nothing came for %d ms", load->greeted,
                      count, SILENCE_MS_MAX);
    }
}

void load_run_until(struct load *load, int64_t end_ns)
{
    for (int64_t left_ns = end_ns - now_ns(); left_ns > 0; left_ns = end_ns - now_ns())
        turn(load, (int)(left_ns / 1000000) + 1);
}

void load_run_until_done(struct load *load, const bool *done)
{
    while (!*done)
        if (!turn(load, SILENCE_MS_MAX))
            load_fail("no answer came for %d ms", SILENCE_MS_MAX);
}

static void close_client(struct client *client)
{
    close(client->fd);
    free(client->rest);
}

void load_close(struct load *load)
{
    for (uint32_t i = 0; i < load->count; i++)
        close_client(&load->clients[i]);
    free(load->clients);
    close(load->epoll_fd);
}
