/* client: connections to a gate, or to a floor in its place, and the packets that come in on them.
 */
#pragma once

#include <goworld/types.h>

#include <netinet/in.h>

struct client {
    int fd;
    uint32_t index; /* in load->clients */
    bool greeted;   /* its player has been announced */
    bool waits;     /* the socket was full */
    gw_id player;
    uint8_t *rest; /* the beginning of a packet whose end has not come yet */
    uint32_t rest_size, rest_capacity;
};

struct load;

/* What a mode does with its clients. */
struct load_events {
    /* One packet that is no greeting; `now` is when it was read. NULL: nothing is expected. */
    void (*packet)(struct load *load, struct client *client, const uint8_t *payload, uint32_t size,
                   int64_t now);
    /* All packets of one read were handed out, or the socket has room again. May be NULL. */
    void (*flush)(struct load *load, struct client *client, int64_t now);
};

struct load {
    int epoll_fd;
    const struct load_events *events;
    void *user; /* the mode's */
    struct client *clients;
    uint32_t count, greeted;
    /* Between looks at the sockets. Else the load wakes for each packet as soon as it is sent, and
     * that costs the sender more than the packet does. 0: none. */
    long nap_ns;
    int receive_buffer_bytes; /* of those that are connected from now on; 0: the system decides */
};

/* Whatever goes wrong is told on standard error and ends the process: a run that lost something is
 * no measurement. */
_Noreturn void load_fail(const char *format, ...) GW_PRINTF(1, 2);

void load_open(struct load *load, uint32_t clients_max, const struct load_events *events,
               void *user);
/* Connects until there are `count` clients and each has been greeted. */
void load_connect(struct load *load, const struct sockaddr_in *address, uint32_t count);
/* Sends what the socket takes; returns how much that was. Unless it was all, `flush` follows when
 * there is room again. */
size_t load_send(struct load *load, struct client *client, const void *bytes, size_t size);
/* Reads no more from the client. */
void load_ignore(struct load *load, struct client *client);
/* Handles what comes until that moment. */
void load_run_until(struct load *load, int64_t end_ns);
/* Handles what comes until *done; fails when nothing comes for ten seconds. */
void load_run_until_done(struct load *load, const bool *done);
void load_close(struct load *load);
