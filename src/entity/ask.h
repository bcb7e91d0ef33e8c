/* ask: calls that are answered, from the question to the answer or the end of its time. */
#pragma once

#include "base/heap.h"
#include "base/idmap.h"
#include "wire/reader.h"

#include <goworld/types.h>

struct world;

/* Who waits for an answer: a game, and its number for the question. */
struct asker {
    uint16_t game;
    uint64_t request; /* 0: nobody */
};

/* What this game waits for. */
struct asks {
    struct idmap by_request;
    struct heap timeouts;
    uint64_t last_request;
};

void asks_init(struct world *w);
void asks_fini(struct world *w);
void asks_cancel(struct world *w); /* nothing is waited for any more: GW_ECANCELED for all */

/* Sends the question whose arguments stand in w->args. `answered` comes once, later, outside any
 * entity: `args` are those of the answer, and empty when there is an error. GW_EFULL when too many
 * wait, GW_EAWAY when the dispatcher is away or does not know questions: then it does not come. */
typedef void (*ask_answered)(void *user, gw_err err, struct view args);
GW_NODISCARD gw_err ask_send(struct world *w, gw_id to, struct view method, int64_t timeout_ms,
                             ask_answered answered, void *user);

/* The same of whom it is not known yet where he is: it begins, and its time runs, before it is
 * sent. One that has ended meanwhile is not; what ask_send would refuse comes as the answer. */
GW_NODISCARD gw_err ask_begin(struct world *w, int64_t timeout_ms, ask_answered answered,
                              void *user, uint64_t *request);
void ask_send_begun(struct world *w, gw_id to, struct view method, uint64_t request);
bool ask_waits(const struct world *w, uint64_t request); /* no answer has come, nor its time-out */

/* Answers for the entity that was asked, if anybody waits, and sees to it that it is done once. */
void ask_answer(struct world *w, gw_id asked, struct asker *asker, gw_err err, struct view args);

/* An answer has come. */
void ask_end(struct world *w, uint64_t request, gw_err err, struct view args);

int64_t asks_expire(struct world *w); /* returns when the next one is due */
