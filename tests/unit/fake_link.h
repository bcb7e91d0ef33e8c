/* fake_link: a link without a transport: tests read back what was sent and play the peer. */
#pragma once

#include "base/log.h"
#include "net/link.h"
#include "wire/messages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct fake_link {
    struct link link;   /* first: ops get a pointer to it */
    struct buf sent;    /* what was taken out of link.out */
    size_t read;        /* how much of it the test has seen */
    const char *reason; /* of the close; NULL while open */
    char words[128];    /* of the farewell */
    bool has_gone;      /* what the test lets it say */
};

static inline void fake_wake(struct link *link)
{
    (void)link;
}

static inline void fake_close(struct link *link, const char *reason)
{
    ((struct fake_link *)link)->reason = reason;
}

static inline void fake_pause(struct link *link, bool paused)
{
    (void)link, (void)paused; /* link.paused tells */
}

static inline bool fake_has_gone(const struct link *link)
{
    return ((const struct fake_link *)link)->has_gone;
}

static inline void fake_farewell(struct link *link, const char *words, size_t size)
{
    struct fake_link *fake = (struct fake_link *)link;
    if (size > sizeof fake->words - 1)
        size = sizeof fake->words - 1;
    memcpy(fake->words, words, size);
}

static inline void fake_link_init(struct fake_link *fake, struct outq_pool *pool)
{
    static const struct link_ops ops = {.wake = fake_wake,
                                        .close = fake_close,
                                        .pause = fake_pause,
                                        .has_gone = fake_has_gone,
                                        .farewell = fake_farewell};
    *fake = (struct fake_link){.link = {.ops = &ops, .address = "test"}};
    fake->link.payload_bytes_max = PACKET_PAYLOAD_BYTES_MAX;
    outq_init(&fake->link.out, pool, 0);
}

static inline void fake_link_fini(struct fake_link *fake)
{
    outq_clear(&fake->link.out);
    buf_free(&fake->sent);
}

/* What its owner has held back is in the queue then. */
static inline void fake_link_flush(struct fake_link *fake)
{
    if (fake->link.events && fake->link.events->flushing)
        fake->link.events->flushing(fake->link.user);
}

/* The peer takes so many bytes, and the test does not look at them. */
static inline void fake_link_take(struct fake_link *fake, size_t bytes)
{
    fake_link_flush(fake);
    outq_consume(&fake->link.out, bytes);
}

static inline void fake_link_drain(struct fake_link *fake)
{
    struct outq_span span;
    fake_link_flush(fake);
    while (outq_peek(&fake->link.out, &span, 1) == 1) {
        buf_append(&fake->sent, span.data, span.size);
        outq_consume(&fake->link.out, span.size);
    }
}

/* The next packet that was sent; the view lasts until the next call. */
static inline bool fake_link_next(struct fake_link *fake, struct view *payload)
{
    fake_link_drain(fake);
    struct reader r = reader_of(fake->sent.data + fake->read, fake->sent.size - fake->read);
    *payload = read_var(&r);
    if (r.bad || fake->read == fake->sent.size)
        return false;
    fake->read += 4 + payload->size;
    return true;
}

static inline bool fake_link_is_quiet(struct fake_link *fake)
{
    struct view payload;
    return !fake_link_next(fake, &payload);
}

/* Forgets what was sent so far. */
static inline void fake_link_skip(struct fake_link *fake)
{
    fake_link_drain(fake);
    fake->read = fake->sent.size;
}

/* The peer has sent that: whole packets with their headers, which come as one read brings them. */
static inline void fake_link_receive_wire(struct fake_link *fake, const struct buf *wire)
{
    struct frame frame = {0};
    struct link_fed fed;
    if (!fake->link.closing)
        link_feed(&fake->link, &frame, wire->data, wire->size, &fed);
    assert_null(frame.partial);
}

static inline void fake_link_receive(struct fake_link *fake, const void *payload, size_t size)
{
    struct buf wire = {0};
    write_var(&wire, payload, size);
    fake_link_receive_wire(fake, &wire);
    buf_free(&wire);
}

/* The transport's turn: tells of a close that was asked for. */
static inline void fake_link_turn(struct fake_link *fake)
{
    if (!fake->reason || !fake->link.events)
        return;
    const struct link_events *events = fake->link.events;
    fake->link.events = NULL;
    events->closed(fake->link.user, fake->reason);
}

/* The peer hangs up. */
static inline void fake_link_hang_up(struct fake_link *fake)
{
    fake->link.closing = true;
    fake->reason = "the peer hung up";
    fake_link_turn(fake);
}

/* Writes a packet with its header: WIRE(&wire, set_gate_id, .gate = 1). */
#define WIRE(wire, name, ...)                                                                      \
    do {                                                                                           \
        size_t begin_ = write_var_begin(wire);                                                     \
        msg_##name##_write((wire), &(struct msg_##name){__VA_ARGS__});                             \
        write_var_end((wire), begin_);                                                             \
    } while (0)

/* Plays the peer: RECEIVE(&fake, set_gate_id, .gate = 1). */
#define RECEIVE(fake, name, ...)                                                                   \
    do {                                                                                           \
        struct buf wire_ = {0};                                                                    \
        WIRE(&wire_, name, __VA_ARGS__);                                                           \
        fake_link_receive_wire((fake), &wire_);                                                    \
        buf_free(&wire_);                                                                          \
    } while (0)

/* Wants the next packet that was sent to be this message, and reads it into *m. */
#define EXPECT(fake, name, m)                                                                      \
    do {                                                                                           \
        struct view payload_;                                                                      \
        assert_true(fake_link_next((fake), &payload_));                                            \
        assert_int_equal(msg_type_of(payload_), msg_type_of_##name());                             \
        assert_true(msg_##name##_read(payload_, (m)));                                             \
    } while (0)

#define MSG(NAME, name, number, ...)                                                               \
    static inline uint16_t msg_type_of_##name(void)                                                \
    {                                                                                              \
        return number;                                                                             \
    }
#include "wire/messages.inl"
#undef MSG

static inline gw_id id_str(const char *text)
{
    gw_id id;
    assert_int_equal(strlen(text), sizeof id.text);
    memcpy(id.text, text, sizeof id.text);
    return id;
}

static inline void quiet_log_write(void *user, enum log_level level, const char *line, size_t size)
{
    (void)user, (void)level, (void)line, (void)size;
}
