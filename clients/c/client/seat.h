/* seat: finding the player again after a loss (docs/internals/protocol.md 5, "Coming back"). */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

/* Zero has none. */
struct seat {
    uint8_t token[16];
    uint32_t token_size; /* 0: none was given */
    bool is_asked;       /* with a token: until the answer nobody knows whose entities come */
    struct buf held;     /* what came meanwhile: u32 size, payload */
};

void seat_forget(struct seat *seat); /* the next connection begins anew */
void seat_lose(struct seat *seat);   /* the connection broke: the token stays */

/* Each appends a packet to what is sent: the question, and that this end leaves for good. */
void seat_ask(struct seat *seat, struct buf *out);
void seat_leave(struct seat *seat, struct buf *out);

/* Keeps a packet that comes before the answer; false when too much does. */
bool seat_hold(struct seat *seat, struct view packet);

/* Whether it is the answer. */
bool seat_is_answer(struct view packet);
/* Takes it; *returned says whether the player is found again: what was held is then another's.
 * False for what does not follow the protocol. */
bool seat_take_answer(struct seat *seat, struct view packet, bool *returned);
