/* talker: a raw stream to a server, which says bytes and remembers what it hears. */
#pragma once

#include "base/buf.h"
#include "net/stream.h"
#include "rig.h"

struct talker {
    struct stream *stream; /* NULL before and after */
    struct outq out;
    struct buf heard;
    bool is_closed;
    unsigned closed;
    const char *reason;
};

/* Connects to 127.0.0.1 and waits until it is. */
void talker_connect(struct rig *rig, struct talker *talker, uint16_t port);
void talker_fini(struct talker *talker); /* after the rig, or when closed */
void talker_say(struct talker *talker, const void *bytes, size_t size);
void talker_print(struct talker *talker, const char *text);

/* Runs turns until this text has been heard, or so many bytes. */
void talker_wait(struct rig *rig, struct talker *talker, const char *text);
void talker_wait_size(struct rig *rig, struct talker *talker, size_t size);
void talker_wait_closed(struct rig *rig, struct talker *talker);
bool talker_heard(const struct talker *talker, const char *text);
