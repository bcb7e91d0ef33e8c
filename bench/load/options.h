/* options: the command line of the load generator. */
#pragma once

#include "watched.h"

#include <netinet/in.h>

enum { WATCHED_MAX = 8 };

struct options {
    const char *mode;
    struct sockaddr_in address; /* -addr 127.0.0.1:14001 */
    uint32_t clients;           /* -clients 1 */
    uint32_t outstanding;       /* -outstanding 1: echoes of one client, messages of the chat or
                                   calls on their way at a time */
    uint32_t text;              /* -text 16: bytes of a message of the chat */
    uint32_t stalled;           /* -stalled 0: clients that are there and do not read */
    uint32_t pairs;             /* -pairs 1: of entities that call each other */
    double field;               /* -field 1000: clients move on +-1000 */
    double interval_ms;         /* -interval 100: between two moves of a client */
    double seconds;             /* -seconds 2: measured */
    double warmup_s;            /* -warmup 0.5: before that, not measured */
    int pin;                    /* -pin CPU; -1: anywhere */
    uint32_t from, to;          /* -from 2000 -to 8000: idle clients, or entities */
    const char *reload;         /* -reload COMMAND, which has a game go on in another process */
    uint32_t times;             /* -times 3: that often */
    struct watched watched[WATCHED_MAX]; /* name=pid */
    unsigned watched_count;
};

/* Says what is wrong on standard error and ends the process. */
void options_read(struct options *options, int argc, char **argv);
