/* slot: see slot.h. */
#include "cluster/slot.h"

#include "base/assert.h"
#include "base/buf.h"
#include "cluster/abandon.h"
#include "wire/messages.h"

static int64_t now_of(const struct slot *slot)
{
    return slot->all->desc.clock->now_ms;
}

/* The session has been written to, or has gone on or ended. */
static void note_backlog(struct slot *slot)
{
    size_t backlog = slot->session.link ? 0 : slot->session.out.bytes;
    slot->all->stats.backlog_bytes += backlog - slot->backlog_noted;
    slot->backlog_noted = backlog;
}

bool slot_is_up(const struct slot *slot)
{
    return slot->state == SLOT_UP && !slot->link->closing;
}

/* Messages of the session itself are short. */
#define SEND(slot, name, ...)                                                                      \
    do {                                                                                           \
        uint8_t bytes_[64];                                                                        \
        struct buf b_ = {.data = bytes_, .capacity = sizeof bytes_};                               \
        msg_##name##_write(&b_, &(struct msg_##name){__VA_ARGS__});                                \
        session_send(&(slot)->session, b_.data, b_.size);                                          \
    } while (0)

/* Who waits for an answer cannot take the question back: the dispatcher may have gone on. */
NEVER_INLINE void note_unsent(struct slot *slot, bool ok)
{
    if (!slot->session.link)
        note_backlog(slot);
    if (!ok && slot->state == SLOT_ASKING)
        link_close(slot->link, link_full);
}

static bool sent(struct slot *slot, bool ok)
{
    if (!ok || !slot->session.link)
        note_unsent(slot, ok);
    return ok;
}

bool slot_send(struct slot *slot, const void *payload, size_t size)
{
    return sent(slot, session_send(&slot->session, payload, size));
}

bool slot_send2(struct slot *slot, const void *head, size_t head_size, const void *tail,
                size_t tail_size)
{
    return sent(slot, session_send2(&slot->session, head, head_size, tail, tail_size));
}

/* ---- registering ---------------------------------------------------------------------------- */

static void write_hello(struct slot *slot)
{
    uint8_t bytes[32];
    struct buf b = {.data = bytes, .capacity = sizeof bytes};
    msg_hello_write(&b, &(struct msg_hello){.version = HELLO_VERSION,
                                            .features = SESSION_FEATURE_RESUMES,
                                            .epoch = slot->all->desc.epoch});
    link_send(slot->link, b.data, b.size);
}

static void begin(struct slot *slot)
{
    const struct dispatchers_desc *desc = &slot->all->desc;
    slot->state = SLOT_UP;
    slot->up_ms = now_of(slot);
    slot->registered = true;
    slot->lease_ms = now_of(slot) + SLOT_LEASE_MS;
    if (slot->was_up)
        slot->all->stats.reconnects++;
    slot->was_up = true;
    desc->register_at(desc->user, slot->index, slot->link);
    write_hello(slot);
    session_begin(&slot->session, slot->link);
    note_backlog(slot);
}

/* What it knew of us is gone. Packets that were not sent yet wait for the next registration. */
static void end(struct slot *slot, enum dispatchers_loss loss)
{
    const struct dispatchers_desc *desc = &slot->all->desc;
    size_t lost = session_end(&slot->session);
    slot->all->stats.bytes_lost += lost;
    note_backlog(slot);
    if (!slot->registered)
        return;
    slot->registered = false;
    slot->restarted = loss == DISPATCHER_RESTARTED;
    log_warn(desc->log, "dispatcher_lost", "dispid=%u lost_bytes=%zu reason=\"%s\"",
             slot->index + 1, lost,
             slot->restarted ? "it has been started again" : "it has given us up, or we it");
    desc->lost(desc->user, slot->index, loss);
}

/* ---- going on ------------------------------------------------------------------------------- */

static void ask(struct slot *slot)
{
    const struct dispatchers_desc *desc = &slot->all->desc;
    uint8_t bytes[48];
    struct buf b = {.data = bytes, .capacity = sizeof bytes};
    msg_resume_write(&b, &(struct msg_resume){.is_gate = desc->is_gate,
                                              .id = desc->id,
                                              .epoch = desc->epoch,
                                              .dispatcher_epoch = slot->session.epoch,
                                              .received = slot->session.received});
    link_send(slot->link, b.data, b.size);
    slot->state = SLOT_ASKING;
    slot->due_ms = now_of(slot) + SLOT_ANSWER_MS;
}

static void go_on(struct slot *slot, uint64_t received)
{
    slot->state = SLOT_UP;
    slot->up_ms = slot->ping_due_ms = now_of(slot);
    slot->all->stats.resumed++;
    session_resume(&slot->session, slot->link, received);
    note_backlog(slot);
    log_info(slot->all->desc.log, "dispatcher_resumed", "dispid=%u", slot->index + 1);
}

static bool on_answer(struct slot *slot, struct view packet)
{
    struct msg_resume_answer m;
    if (slot->state != SLOT_ASKING || !msg_resume_answer_read(packet, &m))
        return false;
    bool same = m.epoch == slot->session.epoch;
    if (m.resumed && same && session_can_resume(&slot->session, m.received)) {
        go_on(slot, m.received);
        return true;
    }
    if (m.resumed)
        return false;
    end(slot, same ? DISPATCHER_GAVE_UP : DISPATCHER_RESTARTED);
    begin(slot);
    return true;
}

/* ---- a freeze that is cancelled ------------------------------------------------------------- */

/* It does not confirm while it is frozen. Behind this message it counts again what comes, and we
 * what it sends behind its answer. */
void slot_cancel_freeze(struct slot *slot)
{
    struct session *session = &slot->session;
    bool begins_anew = session->resumes && session->link;
    if (slot_is_up(slot) && session->said_hello)
        SEND(slot, cancel_freeze_game);
    session_do_not_resume(session);
    if (begins_anew)
        session_send_anew(session);
}

static bool on_freeze_cancelled(struct slot *slot, struct view packet)
{
    struct msg_freeze_cancelled m;
    if (!msg_freeze_cancelled_read(packet, &m) || !slot->session.awaits_anew)
        return false;
    session_receive_anew(&slot->session);
    slot->heard_ms = slot->ping_due_ms = now_of(slot);
    slot->lease_ms = now_of(slot) + SLOT_LEASE_MS;
    return true;
}

/* ---- what comes in -------------------------------------------------------------------------- */

static bool on_hello(struct slot *slot, struct view packet)
{
    const struct dispatchers_desc *desc = &slot->all->desc;
    struct msg_hello m;
    if (!msg_hello_read(packet, &m) || slot->session.said_hello)
        return false;
    session_peer_hello(&slot->session, m.epoch, m.features);
    slot->ping_due_ms = now_of(slot);
    desc->said_hello(desc->user, slot->index, slot->restarted);
    slot->restarted = false;
    return true;
}

static bool on_received(struct slot *slot, struct view packet)
{
    struct msg_received m;
    return msg_received_read(packet, &m) && session_confirm(&slot->session, m.bytes);
}

static bool on_pong(struct slot *slot, struct view packet)
{
    struct msg_pong m;
    if (!msg_pong_read(packet, &m) || m.stamp > (uint64_t)now_of(slot))
        return false;
    int64_t lease_ms = (int64_t)m.stamp + SLOT_LEASE_MS;
    if (lease_ms > slot->lease_ms)
        slot->lease_ms = lease_ms;
    return true;
}

/* What is not for the session itself. */
static bool hand_on(struct slot *slot, const struct view *packets, size_t count)
{
    const struct dispatchers_desc *desc = &slot->all->desc;
    if (slot->state == SLOT_ASKING)
        return false;
    slot->all->stats.packets_received += count;
    desc->packets(desc->user, slot->index, packets, count);
    return true;
}

/* The session's own messages; what else processes say only to each other is handed on. Returns
 * false for what does not follow the protocol. */
static bool handle_own(struct slot *slot, struct view packet)
{
    switch (msg_type_of(packet)) {
    case MSG_HELLO:
        return on_hello(slot, packet);
    case MSG_RESUME_ANSWER:
        return on_answer(slot, packet);
    case MSG_RECEIVED:
        return on_received(slot, packet);
    case MSG_PONG:
        return on_pong(slot, packet);
    case MSG_FREEZE_CANCELLED:
        return on_freeze_cancelled(slot, packet);
    default:
        return hand_on(slot, &packet, 1);
    }
}

/* HELLO and the answer are not counted: what follows them is. */
static void note_received(struct slot *slot, const struct view *packets, size_t count)
{
    unsigned type = msg_type_of(packets[0]);
    if (slot->session.said_hello && type != MSG_HELLO && type != MSG_RESUME_ANSWER)
        session_count(&slot->session, link_wire_of(packets, count).size);
}

NEVER_INLINE void refuse(struct slot *slot, struct view packet)
{
    complain(&slot->all->bad, slot->all->desc.log, slot->all->desc.clock, "bad_dispatcher",
             "dispid=%u type=%u size=%u", slot->index + 1, msg_type_of(packet), packet.size);
    session_fail(&slot->session);
    link_close(slot->link, "it sent what does not follow the protocol");
}

/* Takes GoWorld's messages up to the first of ours, or that one; returns how many. */
static size_t take_next(struct slot *slot, const struct view *packets, size_t count)
{
    size_t messages = 0;
    while (messages < count && msg_type_of(packets[messages]) < MSG_OWN_FIRST)
        messages++;
    size_t taken = messages ? messages : 1;
    note_received(slot, packets, taken);
    bool ok = messages ? hand_on(slot, packets, messages) : handle_own(slot, packets[0]);
    if (!ok)
        refuse(slot, packets[0]);
    return taken;
}

static size_t link_packets(void *user, const struct view *packets, size_t count)
{
    struct slot *slot = user;
    size_t taken = 0;
    slot->heard_ms = now_of(slot);
    while (taken < count && link_is_read(slot->link))
        taken += take_next(slot, packets + taken, count - taken);
    return taken;
}

/* ---- coming and going ----------------------------------------------------------------------- */

static void retry_later(struct slot *slot)
{
    int64_t wait_ms = slot->retries ? SLOT_RETRY_MS_MIN << (slot->retries - 1) : 0;
    if (slot->retries < 6)
        slot->retries++;
    int64_t wait_ms_max =
        session_goes_on(&slot->session) ? SLOT_RETRY_MS_MAX_RESUMING : SLOT_RETRY_MS_MAX;
    if (wait_ms > wait_ms_max)
        wait_ms = wait_ms_max;
    slot->state = SLOT_AWAY;
    slot->link = NULL;
    slot->due_ms = now_of(slot) + wait_ms;
}

/* A session goes on over the next link, if the dispatcher has said that it can. */
static void link_closed(void *user, const char *reason)
{
    struct slot *slot = user;
    session_flush(&slot->session);
    size_t unsent = slot->link->out.bytes;
    bool was_up = slot->state == SLOT_UP;
    log_warn(slot->all->desc.log, "dispatcher_link_broke",
             "dispid=%u unsent_bytes=%zu reason=\"%s\"", slot->index + 1, unsent, reason);
    bool keeps = slot->session.link && slot->session.link->out.kept;
    session_break(&slot->session);
    if (!keeps && was_up)
        slot->all->stats.bytes_lost += unsent;
    if (was_up)
        slot->away_ms = now_of(slot);
    if (was_up && now_of(slot) >= slot->up_ms + SLOT_RETRY_MS_MAX_RESUMING)
        slot->retries = 0;
    retry_later(slot);
    note_backlog(slot);
    if (!session_goes_on(&slot->session))
        end(slot, DISPATCHER_GAVE_UP);
}

static void link_flushing(void *user)
{
    session_flush(&((struct slot *)user)->session);
}

static const struct link_events link_events = {
    .packets = link_packets, .flushing = link_flushing, .closed = link_closed};

void slot_init(struct slot *slot, struct slots *all, unsigned index)
{
    *slot = (struct slot){.all = all, .index = index};
    slot->due_ms = slot->away_ms = now_of(slot);
    session_init(&slot->session, all->desc.pool, all->desc.backlog_bytes_max);
}

void slot_fini(struct slot *slot)
{
    if (slot_is_up(slot) && slot->session.said_hello && !slot->all->leaves_silently)
        SEND(slot, bye);
    session_fini(&slot->session);
    if (slot->link)
        link_abandon(slot->link, "this process stops");
}

void slot_up(struct slot *slot, struct link *link)
{
    ASSERT(slot->state == SLOT_DIALLING);
    slot->link = link;
    link->events = &link_events;
    link->user = slot;
    slot->heard_ms = now_of(slot);
    log_info(slot->all->desc.log, "dispatcher_connected", "dispid=%u address=%s", slot->index + 1,
             link->address);
    if (session_goes_on(&slot->session)) {
        ask(slot);
        return;
    }
    end(slot, DISPATCHER_GAVE_UP); /* if too much has waited since the last turn */
    begin(slot);
}

void slot_down(struct slot *slot)
{
    if (slot->state != SLOT_DIALLING)
        return;
    retry_later(slot);
    complain(&slot->all->unreachable, slot->all->desc.log, slot->all->desc.clock,
             "dispatcher_unreachable", "dispid=%u", slot->index + 1);
}

static bool cannot_come_back(const struct slot *slot)
{
    return !session_goes_on(&slot->session) ||
           now_of(slot) >= slot->away_ms + slot->all->desc.away_ms_max;
}

static int64_t turn_away(struct slot *slot)
{
    const struct dispatchers_desc *desc = &slot->all->desc;
    if (slot->registered && cannot_come_back(slot))
        end(slot, DISPATCHER_GAVE_UP);
    if (slot->state == SLOT_DIALLING)
        return CLOCK_NEVER;
    if (now_of(slot) < slot->due_ms)
        return slot->due_ms;
    slot->state = SLOT_DIALLING;
    desc->dial(desc->user, slot->index);
    return CLOCK_NEVER;
}

static int64_t turn_asking(struct slot *slot)
{
    if (now_of(slot) < slot->due_ms)
        return slot->due_ms;
    link_close(slot->link, "it does not answer");
    return CLOCK_NEVER;
}

static int64_t turn_up(struct slot *slot)
{
    if (!slot->session.resumes || slot->link->closing)
        return CLOCK_NEVER;
    if (now_of(slot) >= slot->heard_ms + SLOT_SILENCE_MS) {
        link_close(slot->link, "nothing comes from it");
        return CLOCK_NEVER;
    }
    if (now_of(slot) >= slot->ping_due_ms) {
        SEND(slot, ping, .stamp = (uint64_t)now_of(slot));
        slot->ping_due_ms = now_of(slot) + SLOT_PING_MS;
    }
    return slot->ping_due_ms;
}

int64_t slot_turn(struct slot *slot)
{
    switch (slot->state) {
    case SLOT_ASKING:
        return turn_asking(slot);
    case SLOT_UP:
        return turn_up(slot);
    default:
        return turn_away(slot);
    }
}
