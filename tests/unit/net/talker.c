/* talker: see talker.h. */
#include "talker.h"

#include <stdio.h>

static void bytes(void *user, uint8_t *data, size_t size)
{
    buf_append(&((struct talker *)user)->heard, data, size);
}

static void closed(void *user, const char *reason)
{
    struct talker *talker = user;
    talker->closed++;
    talker->is_closed = true;
    talker->reason = reason;
    talker->stream = NULL;
    outq_clear(&talker->out);
}

static const struct stream_events events = {.bytes = bytes, .closed = closed};

static void connected(void *user, struct stream *stream, const char *reason)
{
    struct talker *talker = user;
    assert_null(reason);
    talker->stream = stream;
    outq_init(&talker->out, stream->pool, 0);
    stream->events = &events;
    stream->user = talker;
    stream->out = &talker->out;
}

static bool is_there(void *user)
{
    return ((const struct talker *)user)->stream != NULL;
}

void talker_connect(struct rig *rig, struct talker *talker, uint16_t port)
{
    char address[32];
    *talker = (struct talker){0};
    snprintf(address, sizeof address, "127.0.0.1:%u", (unsigned)port);
    tcp_dial(rig->tcp,
             &(struct tcp_dial_desc){.address = address, .connected = connected, .user = talker});
    rig_run(rig, is_there, talker);
}

void talker_fini(struct talker *talker)
{
    assert_int_equal(talker->closed, 1);
    buf_free(&talker->heard);
}

void talker_say(struct talker *talker, const void *text, size_t size)
{
    assert_non_null(talker->stream);
    assert_int_equal(outq_put_raw(&talker->out, text, size), GW_OK);
    stream_wake(talker->stream);
}

void talker_print(struct talker *talker, const char *text)
{
    talker_say(talker, text, strlen(text));
}

bool talker_heard(const struct talker *talker, const char *text)
{
    const struct buf *heard = &talker->heard;
    return heard->size > 0 && memmem(heard->data, heard->size, text, strlen(text)) != NULL;
}

struct wait {
    const struct talker *talker;
    const char *text;
    size_t size;
};

static bool has_text(void *user)
{
    const struct wait *wait = user;
    return talker_heard(wait->talker, wait->text);
}

static bool has_size(void *user)
{
    const struct wait *wait = user;
    return wait->talker->heard.size >= wait->size;
}

void talker_wait(struct rig *rig, struct talker *talker, const char *text)
{
    struct wait wait = {.talker = talker, .text = text};
    rig_run(rig, has_text, &wait);
}

void talker_wait_size(struct rig *rig, struct talker *talker, size_t size)
{
    struct wait wait = {.talker = talker, .size = size};
    rig_run(rig, has_size, &wait);
}

void talker_wait_closed(struct rig *rig, struct talker *talker)
{
    rig_run_until_set(rig, &talker->is_closed);
}
