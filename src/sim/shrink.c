/* shrink: see shrink.h. Leaves out ever smaller pieces, as long as the same failure comes. */
#include "sim/shrink.h"

#include "base/buf.h"
#include "base/id.h"
#include "os/child.h"
#include "os/system.h"

#include <ctype.h>
#include <stdlib.h>

#define WORD_ENDS " ,:=\"()\n"

enum { RUNS_MAX = 400, SECONDS_MAX = 60 };

struct search {
    struct trial trial;
    const char *why;
    uint8_t *kept;
    unsigned count, runs;
    int64_t end_ms;
};

static bool is_id(const char *word, size_t size)
{
    gw_id id;
    if (size != sizeof id.text)
        return false;
    memcpy(id.text, word, size);
    return id_is_valid(id);
}

/* Its first line, but for ids and numbers: those differ from run to run, as does what further lines
 * list. */
static void identify(const char *why, char out[RUN_MESSAGE_SIZE])
{
    while (*why && *why != '\n') {
        size_t size = strcspn(why, WORD_ENDS);
        const char *end = why + (size ? size : 1);
        bool varies = is_id(why, size);
        for (; why < end; why++)
            if (!varies && !isdigit((unsigned char)*why))
                *out++ = *why;
    }
    *out = '\0';
}

static bool is_same_failure(const char *a, const char *b)
{
    char a_identity[RUN_MESSAGE_SIZE], b_identity[RUN_MESSAGE_SIZE];
    identify(a, a_identity);
    identify(b, b_identity);
    return strcmp(a_identity, b_identity) == 0;
}

static bool still_fails(struct search *s)
{
    char why[RUN_MESSAGE_SIZE];
    s->runs++;
    return trial_run(&s->trial, why) && is_same_failure(why, s->why);
}

static bool may_go_on(const struct search *s)
{
    return s->runs < RUNS_MAX && os_monotonic_ms() < s->end_ms;
}

/* Returns whether there was anything to leave out. */
static bool clear(uint8_t *kept, unsigned first, unsigned size)
{
    bool any = false;
    for (unsigned i = first; i < first + size; i++) {
        any |= kept[i];
        kept[i] = 0;
    }
    return any;
}

/* Returns whether the failure comes without them. */
static bool leave_out(struct search *s, unsigned first, unsigned size)
{
    uint8_t *before = mem_alloc(s->count);
    memcpy(before, s->kept, s->count);
    bool spared = clear(s->kept, first, size);
    if (spared && !still_fails(s)) {
        memcpy(s->kept, before, s->count);
        spared = false;
    }
    free(before);
    return spared;
}

/* From the end: what comes later depends on what came before, and not the other way round. */
static bool leave_out_pieces(struct search *s, unsigned size)
{
    bool spared = false;
    for (unsigned end = s->count; end > 0 && may_go_on(s);) {
        unsigned first = end > size ? end - size : 0;
        spared |= leave_out(s, first, end - first);
        end = first;
    }
    return spared;
}

void shrink(const struct trial *failing, const char *why, uint8_t *kept, unsigned count)
{
    struct search s = {.trial = *failing,
                       .why = why,
                       .kept = kept,
                       .count = count,
                       .end_ms = os_monotonic_ms() + SECONDS_MAX * 1000};
    s.trial.kept = kept;
    s.trial.kept_count = count;
    s.trial.is_silent = true;
    for (unsigned size = count; size > 1; size /= 2)
        leave_out_pieces(&s, size);
    while (leave_out_pieces(&s, 1)) {}
}
