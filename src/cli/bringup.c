/* bringup: see bringup.h. */
#include "cli/bringup.h"

#include "base/buf.h"
#include "base/sentence.h"

#include <stdlib.h>

#define START_TIMEOUT_MS 60000

static void finish(struct bringup *b, bool is_well)
{
    for (unsigned i = 0; i < b->crew->count; i++)
        b->crew->list[i].is_new = false;
    b->is_on = false;
    b->is_well = is_well;
    b->left_nothing = !is_well && crew_is_idle(b->crew);
}

void bringup_tell(struct bringup *b)
{
    if (!b->is_on)
        report_end(&b->report, b->is_well);
}

/* Takes the sentence, which says who failed. */
static void fail(struct bringup *b, char *because)
{
    crew_stop_new(b->crew, because);
    free(because);
    finish(b, false);
}

/* What kept it from serving is remembered, not that it was stopped with the others. */
static void fail_by(struct bringup *b, struct member *member)
{
    char *why = mem_strdup(member->why);
    member_complain(member, &b->report);
    log_error(b->log, "start_failed", "process=%s why=\"%s\"", member->name, why);
    fail(b, sentence("%s did not start", member->name));
    member_set_why(member, why);
    if (!member_runs(member) && member->state != MEMBER_WAITING)
        member->state = MEMBER_GIVEN_UP;
}

static void begin_role(struct bringup *b, int64_t now_ms)
{
    b->deadline_ms = now_ms + START_TIMEOUT_MS;
    for (unsigned i = 0; i < b->crew->count; i++) {
        struct member *member = &b->crew->list[i];
        if (member->role != b->step || member_runs(member))
            continue;
        member->is_new = true;
        if (member_spawn(member, b->server) != GW_OK) {
            fail_by(b, member);
            return;
        }
    }
}

void bringup_begin(struct bringup *b, int64_t now_ms)
{
    b->is_on = true;
    b->left_nothing = false;
    b->step = 0;
    begin_role(b, now_ms);
}

void bringup_refuse(struct bringup *b)
{
    finish(b, false);
}

void bringup_serves(struct bringup *b, const struct member *member)
{
    if (b->is_on && member->is_new)
        report_say(&b->report, "%s serves (pid %d)", member->name, (int)member->process.pid);
}

static void fail_late(struct bringup *b, struct member *member)
{
    member_set_why(member, sentence("it does not serve after %d seconds", START_TIMEOUT_MS / 1000));
    fail_by(b, member);
}

void bringup_step(struct bringup *b, int64_t now_ms)
{
    if (!b->is_on)
        return;
    struct member *waiting = crew_first_unready(b->crew, b->step);
    if (waiting) {
        if (now_ms >= b->deadline_ms)
            fail_late(b, waiting);
    } else if (b->step + 1 < ROLE_COUNT) {
        b->step++;
        begin_role(b, now_ms);
        bringup_step(b, now_ms); /* all of that role may run already */
    } else {
        finish(b, true);
    }
}

bool bringup_ended(struct bringup *b, struct member *member)
{
    if (!b->is_on || !member->is_new)
        return false;
    fail_by(b, member);
    return true;
}

void bringup_interrupt(struct bringup *b)
{
    if (!b->is_on)
        return;
    struct member *waiting = crew_first_unready(b->crew, b->step);
    report_complain(&b->report, "interrupted while %s was starting",
                    waiting ? waiting->name : role_names[b->step]);
    log_warn(b->log, "start_interrupted", "");
    fail(b, sentence("the start was interrupted"));
}
