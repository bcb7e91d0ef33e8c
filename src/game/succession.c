/* succession: see succession.h. */
#include "game/succession.h"

#include "base/sentence.h"
#include "host/control.h"
#include "os/local.h"
#include "os/system.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define SENTENCE_BYTES_MAX 1024u

/* Dispatchers hold everything for ten seconds: by then all must be over. */
#define REST_MS 15000   /* a game that settles and holds takes less, or says why not */
#define RESTORE_MS 5000 /* from the first byte until all is restored */
#define WORD_MS 2000    /* what is answered at once */

/* One letter each, with what follows. */
enum word {
    WORD_STATE = 'S',    /* i64 since when it holds, u64 size, that many bytes */
    WORD_FAILED = 'F',   /* u32 size, a sentence */
    WORD_RESTORED = 'R', /* nothing */
    WORD_REFUSED = 'N',  /* u32 size, a sentence */
    WORD_GO = 'G',       /* nothing: the old process has let go */
    WORD_OFF = 'X',      /* nothing: the old process goes on */
};

struct succession {
    struct succession_desc desc;
    int fd; /* the successor that waits; -1: none */
    struct loop_watch *watches;
};

/* ---- words ---------------------------------------------------------------------------------- */

static gw_err send_word(int fd, enum word word, int64_t deadline_ms)
{
    char letter = (char)word;
    return local_send(fd, &letter, 1, deadline_ms);
}

static void send_sentence(int fd, enum word word, const char *sentence)
{
    int64_t deadline_ms = os_monotonic_ms() + WORD_MS;
    size_t length = strlen(sentence);
    uint32_t size = htole32((uint32_t)(length < SENTENCE_BYTES_MAX ? length : SENTENCE_BYTES_MAX));
    if (!send_word(fd, word, deadline_ms) && !local_send(fd, &size, sizeof size, deadline_ms))
        (void)!local_send(fd, sentence, le32toh(size), deadline_ms);
}

/* NULL: none has come. */
static char *receive_sentence(int fd, int64_t deadline_ms)
{
    uint32_t size;
    char text[SENTENCE_BYTES_MAX + 1];
    if (local_receive(fd, &size, sizeof size, deadline_ms))
        return NULL;
    size = le32toh(size);
    if (size > SENTENCE_BYTES_MAX || local_receive(fd, text, size, deadline_ms))
        return NULL;
    return mem_copy_text(text, size);
}

/* ---- the process that runs ------------------------------------------------------------------ */

static void forget_successor(struct succession *s)
{
    loop_unwatch(s->watches);
    s->watches = NULL;
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

/* While it waits it says nothing: it has closed, or does not follow the rules. */
static void on_word_while_waiting(void *user)
{
    struct succession *s = user;
    forget_successor(s);
    s->desc.left(s->desc.user);
}

void succession_ask(struct succession *s, int fd)
{
    if (s->fd >= 0) {
        send_sentence(fd, WORD_FAILED, "another process is taking over already");
        close(fd);
        return;
    }
    s->fd = fd;
    s->watches = loop_watch(s->desc.loop, fd, on_word_while_waiting, s);
    s->desc.asked(s->desc.user);
}

struct succession *succession_create(const struct succession_desc *desc)
{
    struct succession *s = mem_zalloc(sizeof *s);
    *s = (struct succession){.desc = *desc, .fd = -1};
    return s;
}

void succession_destroy(struct succession *s)
{
    if (!s)
        return;
    forget_successor(s);
    free(s);
}

void succession_refuse(struct succession *s, const char *why)
{
    if (s->fd >= 0)
        send_sentence(s->fd, WORD_FAILED, why);
    forget_successor(s);
}

static gw_err send_state(int fd, struct view state, int64_t since_ms, int64_t deadline_ms)
{
    uint64_t head[] = {htole64((uint64_t)since_ms), htole64(state.size)};
    gw_err err = send_word(fd, WORD_STATE, deadline_ms);
    if (!err)
        err = local_send(fd, head, sizeof head, deadline_ms);
    return err ? err : local_send(fd, state.data, state.size, deadline_ms);
}

/* The sentence of a successor that has not restored it; NULL: it has. */
static char *hear_verdict(int fd, int64_t deadline_ms)
{
    char word;
    gw_err err = local_receive(fd, &word, 1, deadline_ms);
    if (err == GW_ETIMEDOUT)
        return sentence("the new program did not restore the game in time");
    if (err)
        return sentence("the new program has ended before it had restored the game");
    if (word == WORD_RESTORED)
        return NULL;
    char *why = word == WORD_REFUSED ? receive_sentence(fd, deadline_ms) : NULL;
    return why ? why : sentence("the new program does not follow the protocol");
}

gw_err succession_hand_over(struct succession *s, struct view state, int64_t since_ms, char **error)
{
    int64_t deadline_ms = os_monotonic_ms() + RESTORE_MS;
    loop_unwatch(s->watches);
    s->watches = NULL;
    (void)!send_state(s->fd, state, since_ms, deadline_ms); /* a failure is heard of next */
    *error = hear_verdict(s->fd, deadline_ms);
    if (!*error)
        return GW_OK;
    (void)!send_word(s->fd, WORD_OFF, os_monotonic_ms() + WORD_MS);
    forget_successor(s);
    return GW_EIO;
}

gw_err succession_go(struct succession *s, char **error)
{
    if (!send_word(s->fd, WORD_GO, os_monotonic_ms() + WORD_MS))
        return GW_OK;
    *error = sentence("the new program has ended before it could take over");
    forget_successor(s);
    return GW_EIO;
}

pid_t succession_successor(const struct succession *s)
{
    return local_peer(s->fd);
}

void succession_let_go(struct succession *s)
{
    forget_successor(s);
}

/* ---- its successor -------------------------------------------------------------------------- */

static void inheritance_free(struct inheritance *in)
{
    close(in->fd);
    buf_free(&in->state);
}

static gw_err receive_state(struct inheritance *in)
{
    uint64_t head[2];
    int64_t deadline_ms = os_monotonic_ms() + RESTORE_MS;
    gw_err err = local_receive(in->fd, head, sizeof head, deadline_ms);
    if (err)
        return err;
    in->since_ms = (int64_t)le64toh(head[0]);
    uint64_t size = le64toh(head[1]);
    if (size > UINT32_MAX)
        return GW_EPROTO;
    err = local_receive(in->fd, buf_reserve(&in->state, size + 1), size, deadline_ms);
    in->state.size = size;
    return err;
}

static gw_err receive_answer(struct inheritance *in, char **error)
{
    char word = 0;
    int64_t deadline_ms = os_monotonic_ms() + REST_MS;
    gw_err err = local_receive(in->fd, &word, 1, deadline_ms);
    if (!err && word == WORD_FAILED) {
        *error = receive_sentence(in->fd, deadline_ms);
        return GW_EDENIED;
    }
    if (!err)
        err = word == WORD_STATE ? receive_state(in) : GW_EPROTO;
    return err;
}

gw_err inheritance_take(const char *path, struct inheritance *out, char **error)
{
    *out = (struct inheritance){.fd = -1};
    *error = NULL;
    gw_err err = control_ask(path, CONTROL_SUCCEED, &out->fd);
    if (err) {
        *error = sentence("there is no game to take over from at %s: %s", path,
                          err == GW_ENOTFOUND ? "nobody listens" : strerror(errno));
        return err;
    }
    err = receive_answer(out, error);
    if (!err)
        return GW_OK;
    if (!*error)
        *error = sentence("the game that runs has not handed over: %s", gw_strerror(err));
    inheritance_free(out);
    return err;
}

/* After "go" it closes what only one process can have, and then the connection. One that dies
 * without a word has done nothing since it had come to rest: what it was is here. One that lives
 * and says nothing goes on. */
static bool has_let_go(struct inheritance *in)
{
    char word = WORD_OFF;
    gw_err err = local_receive(in->fd, &word, 1, os_monotonic_ms() + RESTORE_MS);
    if (err == GW_ENOTFOUND)
        return local_peer_has_ended(in->fd, WORD_MS);
    if (err) {
        local_refuse(in->fd); /* either it cannot say "go" any more, or that is here */
        (void)!local_receive(in->fd, &word, 1, os_monotonic_ms());
    }
    if (word != WORD_GO)
        return false;
    (void)!local_receive(in->fd, &word, 1, os_monotonic_ms() + WORD_MS);
    return true;
}

gw_err inheritance_accept(struct inheritance *in, char **error)
{
    (void)!send_word(in->fd, WORD_RESTORED, os_monotonic_ms() + WORD_MS); /* it may be gone */
    bool is_ours = has_let_go(in);
    inheritance_free(in);
    if (is_ours)
        return GW_OK;
    *error = sentence("the game that runs goes on: it has waited for too long");
    return GW_ECANCELED;
}

void inheritance_refuse(struct inheritance *in, const char *why)
{
    send_sentence(in->fd, WORD_REFUSED, why);
    inheritance_free(in);
}
