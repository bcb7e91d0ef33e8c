/* reporter: the one client of bench/calls, or of its floor, whose player makes calls between
 * entities and reports them. */
#pragma once

#include "client.h"
#include "packets.h"

/* What OnReport says: the calls since the last report, how many of them came wrong, and how long
 * answers took. */
struct report {
    int64_t calls, wrong;
    int64_t p50_ns, p90_ns, p99_ns, max_ns;
};

struct reporter {
    struct load load;
    bool reported;
    struct report report; /* the last one */
    struct buf packet;
};

void reporter_open(struct reporter *reporter, const struct sockaddr_in *address);
/* Calls a method of the player. */
void reporter_call(struct reporter *reporter, const char *method, const int64_t *values,
                   unsigned count);
/* Waits for a new report, which says that all that was called before has been done. */
void reporter_ask(struct reporter *reporter);
void reporter_close(struct reporter *reporter);
