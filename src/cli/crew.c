/* crew: see crew.h. */
#include "cli/crew.h"

#include "base/buf.h"
#include "base/sentence.h"
#include "os/system.h"

#include <stdlib.h>
#include <unistd.h>

#define FREEZE_TIMEOUT_MS 10000

static struct member *find(struct crew *crew, const char *name)
{
    for (unsigned i = 0; crew && i < crew->count; i++)
        if (strcmp(crew->list[i].name, name) == 0)
            return &crew->list[i];
    return NULL;
}

static void take_over(struct member *member, struct crew *before, int64_t now_ms)
{
    struct member *same = find(before, member->name);
    if (same)
        member_move(member, same);
    if (!member_runs(member))
        member_adopt(member, now_ms);
}

void crew_init(struct crew *crew, struct server *server, struct crew *before, int64_t now_ms)
{
    *crew = (struct crew){0};
    for (unsigned role = 0; role < ROLE_COUNT; role++)
        crew->count += server_count(server, (enum role)role);
    crew->list = mem_zalloc(crew->count * sizeof *crew->list);
    struct member *member = crew->list;
    for (unsigned role = 0; role < ROLE_COUNT; role++)
        for (unsigned i = 1; i <= server_count(server, (enum role)role); i++, member++) {
            member_init(member, server, (enum role)role, i);
            take_over(member, before, now_ms);
        }
    if (before)
        crew_fini(before);
}

void crew_fini(struct crew *crew)
{
    for (unsigned i = 0; i < crew->count; i++)
        member_fini(&crew->list[i]);
    free(crew->list);
    *crew = (struct crew){0};
}

bool crew_is_idle(const struct crew *crew)
{
    for (unsigned i = 0; i < crew->count; i++)
        if (member_runs(&crew->list[i]) || crew->list[i].state == MEMBER_WAITING)
            return false;
    return true;
}

struct member *crew_first_unready(struct crew *crew, enum role role)
{
    for (unsigned i = 0; i < crew->count; i++)
        if (crew->list[i].role == role && crew->list[i].state != MEMBER_SERVING)
            return &crew->list[i];
    return NULL;
}

static bool is_to_stop(const struct member *member, enum role role)
{
    return member->role == role && member->is_new && member_runs(member);
}

/* One that has gone on from a frozen game is frozen again: that is more than a database has. */
static void ask_to_end(struct member *member)
{
    member->is_freezing = member_is_thawed(member);
    (void)!process_signal(&member->process, member->is_freezing ? SIGHUP : SIGTERM);
}

/* A game that cannot be frozen goes on, and is told to end as any other. */
static void stop_member(struct member *member, int64_t began_ms, const char *because)
{
    if (member->is_freezing &&
        !process_wait_until(&member->process, began_ms + FREEZE_TIMEOUT_MS)) {
        (void)!process_signal(&member->process, SIGTERM);
        began_ms = os_monotonic_ms();
    }
    if (!process_wait_until(&member->process, began_ms + member->stop_timeout_ms))
        (void)!process_signal(&member->process, SIGKILL);
    member_end(member, os_monotonic_ms());
    member_set_why(member, sentence("it was stopped again, since %s", because));
    member->state = MEMBER_DOWN;
    unlink(member->pid_path);
}

void crew_stop_new(struct crew *crew, const char *because)
{
    for (unsigned role = ROLE_COUNT; role-- > 0;) {
        int64_t began_ms = os_monotonic_ms();
        for (unsigned i = 0; i < crew->count; i++)
            if (is_to_stop(&crew->list[i], (enum role)role))
                ask_to_end(&crew->list[i]);
        for (unsigned i = 0; i < crew->count; i++)
            if (is_to_stop(&crew->list[i], (enum role)role))
                stop_member(&crew->list[i], began_ms, because);
    }
}
