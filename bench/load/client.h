/* client: connections to a gate, or to the floor in its place, that send Echo calls and count the
 * answers. */
#pragma once

#include "histogram.h"

#include <goworld/types.h>

#include <netinet/in.h>

/* Echo(i64): length, type, EntityID, VarStr method, count of arguments, VarBytes, msgpack int. */
enum { REQUEST_SIZE = 4 + 2 + 16 + 4 + 4 + 2 + 4 + 9, REST_BYTES_MAX = 512 };

struct client {
    int fd;
    bool greeted;            /* its player has been announced */
    bool waits;              /* the socket was full */
    uint32_t owed;           /* calls to send as soon as the socket takes them */
    uint32_t cut;            /* bytes of the first of them that went out already */
    uint64_t sent, answered; /* calls; the call's number is its argument */
    int64_t *sent_ns;        /* by number modulo outstanding; NULL: sends nothing */
    uint8_t request[REQUEST_SIZE];
    uint32_t rest_size;
    uint8_t rest[REST_BYTES_MAX]; /* the beginning of a packet whose end has not come yet */
};

struct load {
    int epoll_fd;
    struct client *clients;
    uint32_t count, greeted;
    uint32_t outstanding;
    uint64_t answered;
    struct histogram latency;
};

/* Whatever goes wrong is told on standard error and ends the process: a run that lost something is
 * no measurement. */
void load_open(struct load *load, uint32_t clients_max, uint32_t outstanding);
/* Connects until there are `count` clients and each has been greeted. */
void load_connect(struct load *load, const struct sockaddr_in *address, uint32_t count);
/* Sends the first `outstanding` calls of every client; from then on each answer is followed by a
 * call. */
void load_begin(struct load *load);
/* Handles what comes until that moment. */
void load_run_until(struct load *load, int64_t end_ns);
/* Counts answers and latencies from zero. */
void load_forget(struct load *load);
void load_close(struct load *load);
