/* tcp: see tcp.h. */
#include "client/tcp.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* What was sent and not acknowledged for so long ends the connection: heartbeats then find out that
 * the server is out of reach. */
enum { UNACKNOWLEDGED_MS_MAX = 20 * 1000 };

struct tcp {
    struct transport base;
    int fd; /* -1: none */
    bool is_connected;
    struct addrinfo *found;
    struct addrinfo *next; /* to try when the present attempt fails */
};

static struct tcp *tcp_of(const struct transport *transport)
{
    return (struct tcp *)(uintptr_t)transport;
}

static void tcp_hang_up(struct transport *transport)
{
    struct tcp *tcp = tcp_of(transport);
    if (tcp->fd >= 0)
        close(tcp->fd);
    tcp->fd = -1;
    tcp->is_connected = false;
}

static void set_options(int fd)
{
    int on = 1, unacknowledged_ms = UNACKNOWLEDGED_MS_MAX;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms, sizeof unacknowledged_ms);
}

/* Returns 0 when the attempt is under way, else an errno. */
static int start_attempt(struct tcp *tcp, const struct addrinfo *address)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno;
    set_options(fd);
    if (connect(fd, address->ai_addr, address->ai_addrlen) && errno != EINPROGRESS) {
        int error = errno;
        close(fd);
        return error;
    }
    tcp->fd = fd;
    return 0;
}

/* Goes through the addresses until an attempt is under way. */
static bool try_next(struct tcp *tcp, int error, struct failure *failure)
{
    while (tcp->next) {
        const struct addrinfo *address = tcp->next;
        tcp->next = address->ai_next;
        error = start_attempt(tcp, address);
        if (error == 0)
            return true;
    }
    return failure_set(failure, "the connection could not be made: %s", strerror(error));
}

static bool tcp_dial(struct transport *transport, struct failure *failure)
{
    struct tcp *tcp = tcp_of(transport);
    tcp_hang_up(transport);
    tcp->next = tcp->found;
    return try_next(tcp, EHOSTUNREACH, failure);
}

static enum transport_progress tcp_connect(struct transport *transport, struct failure *failure)
{
    struct tcp *tcp = tcp_of(transport);
    struct pollfd poll_fd = {.fd = tcp->fd, .events = POLLOUT};
    int error = 0;
    socklen_t size = sizeof error;
    if (poll(&poll_fd, 1, 0) <= 0)
        return TRANSPORT_CONNECTING;
    getsockopt(tcp->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        tcp_hang_up(transport);
        return try_next(tcp, error, failure) ? TRANSPORT_CONNECTING : TRANSPORT_FAILED;
    }
    tcp->is_connected = true;
    return TRANSPORT_CONNECTED;
}

static bool is_for_later(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* Nothing now, or the end. */
static ssize_t after_error(int error, struct failure *failure)
{
    if (is_for_later(error))
        return 0;
    failure_set(failure, "the connection broke: %s", strerror(error));
    return -1;
}

static ssize_t tcp_receive(struct transport *transport, uint8_t *bytes, size_t capacity,
                           struct failure *failure)
{
    ssize_t count = recv(tcp_of(transport)->fd, bytes, capacity, 0);
    if (count > 0)
        return count;
    if (count < 0)
        return after_error(errno, failure);
    failure_set(failure, "the server closed the connection");
    return -1;
}

static ssize_t tcp_send(struct transport *transport, const uint8_t *bytes, size_t size,
                        struct failure *failure)
{
    if (size == 0)
        return 0;
    ssize_t count = send(tcp_of(transport)->fd, bytes, size, MSG_NOSIGNAL);
    return count >= 0 ? count : after_error(errno, failure);
}

static int tcp_fd(const struct transport *transport)
{
    return tcp_of(transport)->fd;
}

static short tcp_events(const struct transport *transport)
{
    return tcp_of(transport)->is_connected ? POLLIN : POLLOUT;
}

static void tcp_destroy(struct transport *transport)
{
    tcp_hang_up(transport);
    freeaddrinfo(tcp_of(transport)->found);
    free(transport);
}

static const struct transport_ops tcp_ops = {
    .dial = tcp_dial,
    .connect = tcp_connect,
    .receive = tcp_receive,
    .send = tcp_send,
    .hang_up = tcp_hang_up,
    .fd = tcp_fd,
    .events = tcp_events,
    .destroy = tcp_destroy,
};

struct transport *tcp_create(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found;
    if (getaddrinfo(host, port, &hints, &found))
        return NULL;
    struct tcp *tcp = mem_zalloc(sizeof *tcp);
    tcp->base.ops = &tcp_ops;
    tcp->fd = -1;
    tcp->found = found;
    return &tcp->base;
}
