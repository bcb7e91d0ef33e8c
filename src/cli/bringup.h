/* bringup: brings a crew up in order, each role once the one before serves, or ends again all that
 * it has started. */
#pragma once

#include "cli/crew.h"

#include "base/log.h"

struct bringup {
    struct server *server;
    struct crew *crew;
    const struct log *log;
    struct report report; /* to the start that waits; its fd is -1 when nobody does */
    bool is_on;
    bool is_well;      /* how it ended */
    bool left_nothing; /* it has failed, and nothing else runs */
    enum role step;    /* the one that is coming up */
    int64_t deadline_ms;
};

/* Starts what is down; what runs already is left as it is. */
void bringup_begin(struct bringup *bringup, int64_t now_ms);
/* The same when it cannot even begin. */
void bringup_refuse(struct bringup *bringup);
/* Goes on when the members have changed or time has passed. */
void bringup_step(struct bringup *bringup, int64_t now_ms);
/* That one serves now. */
void bringup_serves(struct bringup *bringup, const struct member *member);
/* That one has ended. False: it is no business of the bringup. */
bool bringup_ended(struct bringup *bringup, struct member *member);
/* When it is over: tells so to who waits. By then the record has to be written, for their next
 * question is `goworld status`. If it left nothing they wait until the supervisor has gone, too:
 * this is not called. */
void bringup_tell(struct bringup *bringup);
/* Nobody waits for it any more. */
void bringup_interrupt(struct bringup *bringup);
