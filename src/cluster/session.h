/* session: a connection between two processes that outlives its links: what was sent is kept until
 * the peer has it, and after a break both ends go on where the peer stopped reading.
 *
 * Either end counts the bytes of whole packets behind the peer's HELLO and says now and then how
 * many it has (RECEIVED). A link that breaks leaves its queue here; when the next one comes, each
 * end says what it has, and the rest is sent again. Docs: docs/internals/protocol.md 6. */
#pragma once

#include "net/link.h"

#define SESSION_FEATURE_RESUMES (1u << 0) /* in HELLO: this end counts, confirms and goes on */
#define SESSION_GRACE_MS 1000 /* after a break, for the next link; then the peer counts as dead */
#define SESSION_CONFIRM_BYTES (64u * 1024) /* received, and the peer is told */

/* What may be kept for a peer that confirms nothing: before it has said whether it will, and then.
 */
#define SESSION_KEPT_BYTES_MAX_EARLY ((size_t)1024 * 1024)
#define SESSION_KEPT_BYTES_MAX ((size_t)64 * 1024 * 1024)

/* The members are for reading. */
struct session {
    struct link *link; /* borrowed; NULL: there is none, or it has not been agreed where to go on */
    struct outq out;   /* without a link: what the peer may not have, and what waits */
    struct buf gathered; /* with a link: packets that go behind its queue; see session_flush */
    struct outq_kept kept;
    bool resumes;  /* the peer has said that it can go on */
    bool failed;   /* it cannot after all: something found no room, or the peer broke the rules */
    bool was_held; /* session_hold, of one that resumed till then, and has not begun anew since */
    bool awaits_anew;   /* session_send_anew, without the answer by which it would resume again */
    bool said_hello;    /* the peer: its messages count, and it knows ours */
    uint64_t epoch;     /* of the peer, once it has said HELLO */
    uint64_t confirmed; /* of what was sent, by the peer */
    uint64_t received;  /* bytes of whole packets since the peer's HELLO */
    uint64_t received_told; /* of these, what the peer was told */
};

void session_init(struct session *s, struct outq_pool *pool, size_t out_bytes_max);
void session_fini(struct session *s); /* its link goes on to send what it has */

/* A link before HELLO was said: nothing that is sent over it is kept. */
void session_attach(struct session *s, struct link *link);

/* A new session on this link, to which our registration and HELLO have been written: what is sent
 * from here on counts. What waited without a link goes first. */
void session_begin(struct session *s, struct link *link);

/* The peer has said HELLO: what comes from here on counts. */
void session_peer_hello(struct session *s, uint64_t epoch, uint64_t features);

/* Counts whole packets that came, headers included, HELLO itself excepted. */
void session_count(struct session *s, size_t bytes);

/* The peer says how much it has; false when that cannot be. */
GW_NODISCARD bool session_confirm(struct session *s, uint64_t bytes);

/* The link breaks: its queue is taken over. Called in its `closed`, or before it is abandoned. */
void session_break(struct session *s);

/* What is sent from here on waits, and the link only sends what it has: somebody else will be the
 * peer. The session does not go on after the link. */
void session_hold(struct session *s);
/* That is over, or was before: what has waited goes over this link, to which nothing was gathered.
 * A session that resumed before the hold begins anew with `is_anew`: as the next two say. */
void session_unhold(struct session *s, struct link *link, bool is_anew);

/* Over the same link both ends begin to count anew, each behind a message that says so: what is
 * sent from here on counts; what comes from here on does, and the peer confirms again. */
void session_send_anew(struct session *s);
void session_receive_anew(struct session *s);

/* The peer confirms nothing any more: nothing is kept for it, and the session ends with its link.
 */
void session_do_not_resume(struct session *s);

/* The session is not to go on after its link. */
void session_fail(struct session *s);
/* Whether it may, as far as this end knows. */
bool session_goes_on(const struct session *s);

/* Whether the session can go on when the peer has that much. */
bool session_can_resume(const struct session *s, uint64_t peer_received);
/* Goes on over that link, to which everything was written that is not the session's. */
void session_resume(struct session *s, struct link *link, uint64_t peer_received);

/* The session is over, without a link: what was sent is dropped, packets that have not begun to be
 * sent wait for the next one. Returns how many bytes the peer may not have got. */
size_t session_end(struct session *s);

/* Each sends one packet, or lets it wait while there is no link; false when that cannot be, and
 * then the session does not go on. */
bool session_send(struct session *s, const void *payload, size_t size);
bool session_send2(struct session *s, const void *head, size_t head_size, const void *tail,
                   size_t tail_size);
bool session_send_packet(struct session *s, struct packet *packet); /* borrows */

/* Sends whole packets as they stand on the wire, headers included, if there is a link with room for
 * all of them; else nothing has happened, and it returns false. */
GW_NODISCARD bool session_forward(struct session *s, const void *packets, size_t size);

/* Small packets are gathered and go into the link's queue in one piece: the memory of the queue,
 * which may have grown long, is touched once for many of them. The link's owner calls this in its
 * `flushing`. */
void session_flush(struct session *s);

size_t session_unsent_bytes(const struct session *s);
