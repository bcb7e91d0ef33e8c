#include "client.h"

#include "base/buf.h"
#include "clock.h"

#include <endian.h>
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
    BATCH_MAX = 512,      /* calls in one send */
    CONNECTING_MAX = 256, /* not more at a time than a listener's backlog holds */
    SILENCE_MS_MAX = 10000,
    TYPE_CALL_FROM_CLIENT = 11,
    TYPE_CREATE_ENTITY_ON_CLIENT = 1002,
    TYPE_CALL_METHOD_ON_CLIENT = 1009,
    IS_PLAYER_AT = 20, /* in 1002: type, gateid, ClientID, then bool and EntityID */
    ARGUMENT_SIZE = 8, /* at the end of a call: the integer, big endian */
    /* OnEcho(i64): type, gateid, ClientID, EntityID, VarStr method, count, VarBytes, msgpack int */
    ANSWER_SIZE = 2 + 2 + 16 + 16 + 4 + 6 + 2 + 4 + 9,
};

static _Noreturn void fail(const char *format, ...) GW_PRINTF(1, 2);
static _Noreturn void fail(const char *format, ...)
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
        fail("epoll_ctl: %s", strerror(errno));
}

static void set_waits(struct load *load, struct client *client, bool waits)
{
    if (client->waits == waits)
        return;
    client->waits = waits;
    watch(load, EPOLL_CTL_MOD, client, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* ---- out ---- */

/* Writes the call once per client; only its argument differs from call to call. */
static void prepare_request(struct client *client, const uint8_t *entity_id)
{
    static const char method[4] = {'E', 'c', 'h', 'o'};
    uint32_t length = REQUEST_SIZE - 4, method_size = sizeof method, data_size = 9;
    uint16_t type = TYPE_CALL_FROM_CLIENT, count = 1;
    uint8_t *w = client->request;
    memcpy(w, &length, 4);
    memcpy(w + 4, &type, 2);
    memcpy(w + 6, entity_id, 16);
    memcpy(w + 22, &method_size, 4);
    memcpy(w + 26, method, 4);
    memcpy(w + 30, &count, 2);
    memcpy(w + 32, &data_size, 4);
    w[36] = 0xd3;
}

static void write_requests(const struct client *client, uint8_t *w, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++, w += REQUEST_SIZE) {
        uint64_t number = htobe64(client->sent + i);
        memcpy(w, client->request, REQUEST_SIZE - ARGUMENT_SIZE);
        memcpy(w + REQUEST_SIZE - ARGUMENT_SIZE, &number, ARGUMENT_SIZE);
    }
}

/* Counts what a send has taken; the part of a call that is out already is not sent again. */
static void count_sent(struct load *load, struct client *client, size_t bytes, int64_t now)
{
    size_t total = client->cut + bytes;
    for (size_t i = 0; i < total / REQUEST_SIZE; i++)
        client->sent_ns[client->sent++ % load->outstanding] = now;
    client->owed -= (uint32_t)(total / REQUEST_SIZE);
    client->cut = (uint32_t)(total % REQUEST_SIZE);
}

static void send_owed(struct load *load, struct client *client, int64_t now)
{
    static uint8_t batch[BATCH_MAX * REQUEST_SIZE];
    while (client->owed > 0) {
        uint32_t count = client->owed < BATCH_MAX ? client->owed : BATCH_MAX;
        write_requests(client, batch, count);
        size_t size = count * REQUEST_SIZE - client->cut;
        ssize_t n = send(client->fd, batch + client->cut, size, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN)
            fail("send: %s", strerror(errno));
        count_sent(load, client, n < 0 ? 0 : (size_t)n, now);
        if (n < (ssize_t)size) {
            set_waits(load, client, true);
            return;
        }
    }
    set_waits(load, client, false);
}

/* ---- in ---- */

static void take_greeting(struct load *load, struct client *client, const uint8_t *payload,
                          uint32_t size)
{
    if (size < IS_PLAYER_AT + 17 || !payload[IS_PLAYER_AT])
        return;
    prepare_request(client, payload + IS_PLAYER_AT + 1);
    if (!client->greeted)
        load->greeted++;
    client->greeted = true;
}

/* Answers come in the order of the calls. */
static void take_answer(struct load *load, struct client *client, const uint8_t *payload,
                        uint32_t size, int64_t now)
{
    uint64_t number;
    if (size != ANSWER_SIZE)
        return;
    memcpy(&number, payload + size - ARGUMENT_SIZE, ARGUMENT_SIZE);
    if (be64toh(number) != client->answered || client->answered == client->sent)
        fail("answer %llu came where %llu was due", (unsigned long long)be64toh(number),
             (unsigned long long)client->answered);
    histogram_add(&load->latency, now - client->sent_ns[client->answered % load->outstanding]);
    client->answered++;
    client->owed++;
    load->answered++;
}

static void take_packet(struct load *load, struct client *client, const uint8_t *payload,
                        uint32_t size, int64_t now)
{
    uint16_t type = 0;
    if (size >= sizeof type)
        memcpy(&type, payload, sizeof type);
    if (type == TYPE_CALL_METHOD_ON_CLIENT)
        take_answer(load, client, payload, size, now);
    else if (type == TYPE_CREATE_ENTITY_ON_CLIENT)
        take_greeting(load, client, payload, size);
}

static void take_packets(struct load *load, struct client *client, const uint8_t *bytes,
                         size_t size, int64_t now)
{
    while (size >= 4) {
        uint32_t length;
        memcpy(&length, bytes, 4);
        if (length > READ_BYTES)
            fail("a packet of %u bytes came", length);
        if (size - 4 < length)
            break;
        take_packet(load, client, bytes + 4, length, now);
        bytes += 4 + length;
        size -= 4 + length;
    }
    if (size > REST_BYTES_MAX)
        fail("a packet longer than %d bytes came", REST_BYTES_MAX);
    memcpy(client->rest, bytes, size);
    client->rest_size = (uint32_t)size;
}

static void receive(struct load *load, struct client *client)
{
    static uint8_t bytes[REST_BYTES_MAX + READ_BYTES];
    uint32_t rest = client->rest_size;
    ssize_t n = recv(client->fd, bytes + rest, READ_BYTES, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0)
        fail("the server closed a connection: %s", n < 0 ? strerror(errno) : "end of stream");
    memcpy(bytes, client->rest, rest);
    int64_t now = now_ns();
    take_packets(load, client, bytes, rest + (size_t)n, now);
    if (client->owed > 0)
        send_owed(load, client, now);
}

/* Handles what has come; waits for it at most that long. Returns false when nothing came. */
static bool turn(struct load *load, int timeout_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(load->epoll_fd, events, EVENTS_MAX, timeout_ms);
    for (int i = 0; i < count; i++) {
        if (events[i].events & EPOLLOUT)
            send_owed(load, events[i].data.ptr, now_ns());
        if (events[i].events & ~(uint32_t)EPOLLOUT)
            receive(load, events[i].data.ptr);
    }
    return count > 0;
}

/* ---- the load ---- */

void load_open(struct load *load, uint32_t clients_max, uint32_t outstanding)
{
    memset(load, 0, sizeof *load);
    load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (load->epoll_fd < 0)
        fail("epoll_create1: %s", strerror(errno));
    load->clients = mem_zalloc(clients_max * sizeof *load->clients);
    load->outstanding = outstanding;
}

static void connect_client(struct load *load, struct client *client,
                           const struct sockaddr_in *address)
{
    int on = 1;
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->fd < 0)
        fail("socket: %s (is the limit of open files too low?)", strerror(errno));
    if (connect(client->fd, (const struct sockaddr *)address, sizeof *address) < 0)
        fail("connect: %s", strerror(errno));
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (fcntl(client->fd, F_SETFL, O_NONBLOCK) < 0)
        fail("fcntl: %s", strerror(errno));
    watch(load, EPOLL_CTL_ADD, client, EPOLLIN);
}

void load_connect(struct load *load, const struct sockaddr_in *address, uint32_t count)
{
    while (load->greeted < count) {
        while (load->count < count && load->count - load->greeted < CONNECTING_MAX)
            connect_client(load, &load->clients[load->count++], address);
        if (!turn(load, SILENCE_MS_MAX))
            fail("%u of %u clients are greeted, then nothing came for %d ms", load->greeted, count,
                 SILENCE_MS_MAX);
    }
}

void load_begin(struct load *load)
{
    for (uint32_t i = 0; i < load->count; i++) {
        struct client *client = &load->clients[i];
        client->sent_ns = mem_zalloc(load->outstanding * sizeof *client->sent_ns);
        client->owed = load->outstanding;
        send_owed(load, client, now_ns());
    }
}

void load_run_until(struct load *load, int64_t end_ns)
{
    for (int64_t left_ns = end_ns - now_ns(); left_ns > 0; left_ns = end_ns - now_ns())
        turn(load, (int)(left_ns / 1000000) + 1);
}

void load_forget(struct load *load)
{
    histogram_clear(&load->latency);
    load->answered = 0;
}

void load_close(struct load *load)
{
    for (uint32_t i = 0; i < load->count; i++) {
        close(load->clients[i].fd);
        free(load->clients[i].sent_ns);
    }
    free(load->clients);
    close(load->epoll_fd);
}
