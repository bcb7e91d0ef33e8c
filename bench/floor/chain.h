/* chain: three bare processes in a line, joined by loopback TCP: the first listens for clients, the
 * middle one, a dispatcher, passes on what comes from either side, the last one answers. */
#pragma once

#include "peer.h"

/* An end of the line. */
struct chain_end {
    const char *name;
    /* As in struct floor; of the last only `packet` is used. */
    void (*accepted)(struct floor *floor, struct peer *client);
    void (*packet)(struct floor *floor, struct peer *from, const uint8_t *payload, uint32_t size);
    void (*closed)(struct floor *floor, struct peer *client);
};

/* In the first and the last process: the way to the dispatcher. */
extern struct peer *chain_link;

/* The body of main. `PROGRAM [port]` (0 or none: any) prints "port=N FIRST=PID dispatcher=PID
 * LAST=PID" and runs until it is ended. */
int chain_main(const struct chain_end *first, const struct chain_end *last, int argc, char **argv);
