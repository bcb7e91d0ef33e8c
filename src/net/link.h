/* link: one peer as the cores see it: packets come in by events, packets go out to it, and it can
 * be closed. */
#pragma once

#include "net/frame.h"
#include "wire/outq.h"
#include "wire/reader.h"

struct link;

/* What the owner is told; it has one of the first two. All run from the loop's turn, never from
 * inside a link_ call. */
struct link_events {
    /* One whole packet; `payload` lasts until the call returns; size >= 2 and no more than the
     * link's limit. */
    void (*packet)(void *user, const uint8_t *payload, size_t size);
    /* For who is faster when it sees what comes next: 1 to FRAME_BATCH_MAX payloads that lie one
     * behind another in memory, each behind its header, and last until the call returns. Returns
     * how many it has taken: all, unless the link was closed or paused meanwhile. */
    size_t (*packets)(void *user, const struct view *packets, size_t count);
    /* May be NULL. What waits in `out` is about to leave: the owner may put there what it has held
     * back. It has woken the link for that. */
    void (*flushing)(void *user);
    /* Exactly once; `reason` is a static sentence. The link is gone when this returns. */
    void (*closed)(void *user, const char *reason);
};

/* What the transport under it does. */
struct link_ops {
    void (*wake)(struct link *link); /* `out` is empty no more, or `flushing` will put something */
    void (*close)(struct link *link,
                  const char *reason); /* `closed` follows in this or the next turn */
    void (*pause)(struct link *link, bool paused);
    bool (*has_gone)(const struct link *link);
    /* What the peer is told with the close that follows; NULL where nothing can be told. */
    void (*farewell)(struct link *link, const char *words, size_t size);
};

/* Embedded in the transport's own struct; it lives until `closed` has returned. What is written
 * leaves at the end of the turn, in one piece. */
struct link {
    struct outq out;
    const struct link_ops *ops;
    const struct link_events *events; /* set by the owner when it takes the link */
    void *user;                       /* the owner's, handed to events */
    char address[64];                 /* of the peer, for logs: "127.0.0.1:50000" */
    bool closing;                     /* writes are swallowed from now on */
    bool paused;                      /* nothing is read */
    uint32_t payload_bytes_max;       /* a longer packet from the peer closes the link */
};

/* What a transport has got rid of. */
struct link_fed {
    size_t bytes, packets;
};

/* For the transport: cuts bytes of the peer into packets and hands them to the owner, up to one
 * that breaks a limit, which closes the link, or until the link is not read any more: then
 * FRAME_STOPPED, and the frame goes on with the bytes that are left. */
enum frame_result link_feed(struct link *link, struct frame *frame, const uint8_t *bytes,
                            size_t size, struct link_fed *fed);
bool link_is_read(const struct link *link); /* neither closing nor paused */

/* What some packets of a batch, which follow each other, are on the wire: headers included. */
static inline struct view link_wire_of(const struct view *packets, size_t count)
{
    const struct view *last = &packets[count - 1];
    const uint8_t *begin = packets->data - PACKET_HEADER_BYTES;
    return (struct view){begin, (uint32_t)(last->data + last->size - begin)};
}

/* Each sends one packet. A link that is full is closed with "its send queue is full" and false is
 * returned; the same when it is closing. */
bool link_send(struct link *link, const void *payload, size_t size);
bool link_send2(struct link *link, const void *head, size_t head_size, const void *tail,
                size_t tail_size);
bool link_send_packet(struct link *link,
                      struct packet *packet); /* borrows: takes its own reference */

/* Sends whole packets as they stand on the wire, headers included; false, and nothing has happened,
 * when there is no room for all of them or the link is closing. */
GW_NODISCARD bool link_forward(struct link *link, const void *packets, size_t size);

extern const char link_full[];    /* the reason of a close because of bytes_max */
extern const char link_by_game[]; /* the reason of a link_dismiss */

/* Nothing more comes out of the link after this, but for the rest of the `packets` that the owner
 * is looking at. What was sent before still leaves if it can at once. */
void link_close(struct link *link, const char *reason);

/* Closes it because the game does not want this client. A WebSocket peer gets a code of its own for
 * that, so that it need not come back by itself, and the words, as far as they are UTF-8 and find
 * room in a close frame; no words: link_by_game. */
void link_dismiss(struct link *link, const char *words, size_t size);

/* While a link is paused none of its packets comes out, not even one that is read already, and it
 * is not told that the peer closes: that is for link_has_gone to find out, at the price of a system
 * call. After the pause all comes in order, in a later turn. */
void link_pause(struct link *link, bool paused);
bool link_has_gone(const struct link *link);
