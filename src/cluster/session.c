/* session: see session.h. */
#include "cluster/session.h"

#include "base/assert.h"
#include "base/buf.h"
#include "wire/messages.h"

#include <endian.h>

/* A packet that has a longer piece is put into the queue by itself. */
#define GATHERED_PIECE_MAX 1024u
#define GATHERED_BYTES_MAX ((size_t)16 * 1024)

void session_init(struct session *s, struct outq_pool *pool, size_t out_bytes_max)
{
    *s = (struct session){0};
    outq_init(&s->out, pool, out_bytes_max);
}

/* What is gathered had room in the queue, and nothing else has been put there since. A link that is
 * being closed still has its queue. */
void session_flush(struct session *s)
{
    if (!s->gathered.size)
        return;
    gw_err err = outq_put_raw(&s->link->out, s->gathered.data, s->gathered.size);
    ASSERT(err == GW_OK);
    buf_clear(&s->gathered);
}

void session_fini(struct session *s)
{
    session_flush(s);
    buf_free(&s->gathered);
    if (s->link)
        outq_keep(&s->link->out, NULL);
    s->link = NULL;
    outq_clear(&s->out);
}

static void start_over(struct session *s)
{
    s->said_hello = s->resumes = s->awaits_anew = s->failed = false;
    s->epoch = s->confirmed = s->received = s->received_told = 0;
}

/* Puts what waited here behind what the link has. */
static void hand_over(struct session *s, struct link *link)
{
    bool was_empty = link->out.bytes == 0;
    outq_splice(&link->out, &s->out);
    s->link = link;
    if (was_empty && link->out.bytes > 0)
        link->ops->wake(link);
}

void session_attach(struct session *s, struct link *link)
{
    ASSERT(!s->link);
    s->link = link;
}

void session_begin(struct session *s, struct link *link)
{
    ASSERT((!s->link || s->link == link) && !s->out.kept);
    session_flush(s);
    start_over(s);
    s->was_held = false;
    outq_keep(&link->out, &s->kept);
    hand_over(s, link);
}

void session_peer_hello(struct session *s, uint64_t epoch, uint64_t features)
{
    s->said_hello = true;
    s->epoch = epoch;
    s->resumes = s->link && s->link->out.kept && (features & SESSION_FEATURE_RESUMES);
    if (!s->resumes && s->link)
        outq_keep(&s->link->out, NULL);
    s->received = s->received_told = 0;
}

static void tell_received(struct session *s)
{
    uint8_t bytes[16];
    struct buf b = {.data = bytes, .capacity = sizeof bytes};
    msg_received_write(&b, &(struct msg_received){.bytes = s->received});
    s->received_told = s->received;
    session_send(s, b.data, b.size);
}

void session_count(struct session *s, size_t bytes)
{
    s->received += bytes;
    if (s->received - s->received_told >= SESSION_CONFIRM_BYTES && s->resumes)
        tell_received(s);
}

/* What the peer has confirmed before it heard that the session is held, or begins anew, is about
 * what counts no more. */
bool session_confirm(struct session *s, uint64_t bytes)
{
    if (s->was_held || (s->said_hello && s->awaits_anew))
        return true;
    if (!s->resumes || !s->link || !session_can_resume(s, bytes))
        return false;
    outq_release(&s->link->out, (size_t)(bytes - s->confirmed));
    s->confirmed = bytes;
    return true;
}

void session_break(struct session *s)
{
    if (!s->link)
        return;
    session_flush(s);
    if (s->link->out.kept)
        outq_splice(&s->out, &s->link->out);
    s->link = NULL;
}

void session_do_not_resume(struct session *s)
{
    s->resumes = false;
    if (!s->link)
        return;
    session_flush(s);
    outq_keep(&s->link->out, NULL);
}

void session_send_anew(struct session *s)
{
    session_flush(s);
    outq_keep(&s->link->out, NULL);
    outq_keep(&s->link->out, &s->kept);
    s->confirmed = 0;
    s->awaits_anew = true;
}

void session_receive_anew(struct session *s)
{
    s->received = s->received_told = 0;
    s->awaits_anew = false;
    s->resumes = true;
}

void session_hold(struct session *s)
{
    s->was_held |= s->resumes;
    session_do_not_resume(s);
    s->link = NULL;
}

void session_unhold(struct session *s, struct link *link, bool is_anew)
{
    ASSERT((!s->link || s->link == link) && !s->out.kept);
    if (is_anew && s->was_held) {
        s->link = link;
        session_send_anew(s);
        session_receive_anew(s);
        s->was_held = false;
    }
    hand_over(s, link);
}

void session_fail(struct session *s)
{
    s->failed = true;
}

bool session_goes_on(const struct session *s)
{
    return s->resumes && !s->failed;
}

/* The peer cannot have less than it has said, nor more than was sent. */
bool session_can_resume(const struct session *s, uint64_t peer_received)
{
    return session_goes_on(s) && peer_received >= s->confirmed &&
           peer_received - s->confirmed <= s->kept.bytes;
}

void session_resume(struct session *s, struct link *link, uint64_t peer_received)
{
    ASSERT(!s->link && session_can_resume(s, peer_received));
    outq_release(&s->out, (size_t)(peer_received - s->confirmed));
    s->confirmed = peer_received;
    s->received_told = s->received; /* the answer, or the question, has said it */
    outq_rewind(&s->out);
    hand_over(s, link);
}

/* The payload size of the packet that the queue begins with. */
static uint32_t first_payload(const struct outq *q)
{
    uint8_t header[PACKET_HEADER_BYTES] = {0};
    struct outq_span spans[PACKET_HEADER_BYTES];
    size_t count = outq_peek(q, spans, PACKET_HEADER_BYTES), filled = 0;
    for (size_t i = 0; i < count && filled < sizeof header; i++)
        for (size_t at = 0; at < spans[i].size && filled < sizeof header; at++)
            header[filled++] = spans[i].data[at];
    uint32_t size;
    memcpy(&size, header, sizeof size);
    return le32toh(size);
}

/* What the peer has confirmed ends with a whole packet: from there they can be told apart. */
size_t session_end(struct session *s)
{
    ASSERT(!s->link);
    size_t sent = s->kept.bytes, dropped = 0;
    if (s->out.kept) {
        outq_rewind(&s->out);
        outq_keep(&s->out, NULL);
    }
    while (dropped < sent) {
        size_t size = PACKET_HEADER_BYTES + (size_t)first_payload(&s->out);
        if (size > s->out.bytes) /* the peer has confirmed half a packet */
            size = s->out.bytes;
        outq_consume(&s->out, size);
        dropped += size;
    }
    start_over(s);
    return dropped;
}

/* A peer that never confirms would make us hold everything. One that has not said HELLO in a
 * megabyte will not; one that is to begin anew will, behind all that is on its way to it. */
static void limit_kept(struct session *s)
{
    if (!s->resumes && !s->awaits_anew) {
        outq_keep(&s->link->out, NULL);
    } else if (s->kept.bytes > SESSION_KEPT_BYTES_MAX) {
        session_fail(s);
        link_close(s->link, "it does not confirm what it receives");
    }
}

static bool linked(struct session *s)
{
    if (!s->link)
        return false;
    if (__builtin_expect(s->kept.bytes > SESSION_KEPT_BYTES_MAX_EARLY, 0))
        limit_kept(s);
    return !s->link->closing;
}

/* A link that is being closed still has its queue: what is sent goes behind that. */
static struct outq *waiting_queue(struct session *s)
{
    return s->link ? &s->link->out : &s->out;
}

/* The stream would go on without the packet that found no room, and the peer would never know. A
 * link that is full closes itself. */
static bool sent(struct session *s, bool ok)
{
    s->failed |= !ok;
    return ok;
}

/* Only what has room: then it counts as sent. */
ALWAYS_INLINE bool gather(struct session *s, struct outq_span head, struct outq_span tail)
{
    if (head.size > GATHERED_PIECE_MAX || tail.size > GATHERED_PIECE_MAX)
        return false;
    size_t size = PACKET_HEADER_BYTES + head.size + tail.size;
    if (!outq_has_room(&s->link->out, s->gathered.size + size))
        return false;
    if (!s->gathered.size)
        s->link->ops->wake(s->link);
    uint8_t *at = buf_reserve(&s->gathered, size);
    uint32_t header = htole32((uint32_t)(head.size + tail.size));
    memcpy(at, &header, PACKET_HEADER_BYTES);
    mem_copy_short(at + PACKET_HEADER_BYTES, head.data, head.size);
    if (tail.size)
        mem_copy_short(at + PACKET_HEADER_BYTES + head.size, tail.data, tail.size);
    s->gathered.size += size;
    if (s->gathered.size >= GATHERED_BYTES_MAX)
        session_flush(s);
    return true;
}

NEVER_INLINE bool send_alone(struct session *s, struct outq_span head, struct outq_span tail)
{
    session_flush(s);
    if (linked(s))
        return sent(s, link_send2(s->link, head.data, head.size, tail.data, tail.size));
    return sent(s,
                outq_put2(waiting_queue(s), head.data, head.size, tail.data, tail.size) == GW_OK);
}

ALWAYS_INLINE bool send(struct session *s, struct outq_span head, struct outq_span tail)
{
    return (linked(s) && gather(s, head, tail)) || send_alone(s, head, tail);
}

bool session_send(struct session *s, const void *payload, size_t size)
{
    return send(s, (struct outq_span){payload, size}, (struct outq_span){0});
}

bool session_send2(struct session *s, const void *head, size_t head_size, const void *tail,
                   size_t tail_size)
{
    return send(s, (struct outq_span){head, head_size}, (struct outq_span){tail, tail_size});
}

bool session_send_packet(struct session *s, struct packet *packet)
{
    session_flush(s);
    if (linked(s))
        return sent(s, link_send_packet(s->link, packet));
    return sent(s, outq_put_packet(waiting_queue(s), packet) == GW_OK);
}

bool session_forward(struct session *s, const void *packets, size_t size)
{
    session_flush(s);
    return linked(s) && link_forward(s->link, packets, size);
}

size_t session_unsent_bytes(const struct session *s)
{
    return s->gathered.size + (s->link ? s->link->out.bytes : s->out.bytes);
}
