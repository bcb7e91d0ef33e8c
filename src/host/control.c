/* control: see control.h. */
#include "host/control.h"

#include "base/buf.h"
#include "base/sentence.h"
#include "os/local.h"
#include "os/system.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define REQUEST_BYTES 8u
#define REQUEST_MS 100 /* it comes with the connection */
#define ASK_MS 2000
#define AT_ONCE 0 /* a deadline that has passed: nobody waits */

/* What a connection begins with. */
static const char requests[CONTROL_REQUEST_COUNT][REQUEST_BYTES + 1] = {
    [CONTROL_SUCCEED] = "GWTAKES1",
    [CONTROL_STOP] = "GWSTOPS1",
};

/* ---- the process that runs ------------------------------------------------------------------ */

struct control {
    struct control_desc desc;
    int listener;
    struct loop_watch *listens;
};

static enum control_request receive_request(int fd)
{
    char text[REQUEST_BYTES];
    unsigned request = 0;
    if (local_receive(fd, text, sizeof text, os_monotonic_ms() + REQUEST_MS))
        return CONTROL_REQUEST_COUNT;
    while (request < CONTROL_REQUEST_COUNT && memcmp(text, requests[request], sizeof text) != 0)
        request++;
    return (enum control_request)request;
}

static void on_connection(void *user)
{
    struct control *c = user;
    int fd;
    if (local_accept(c->listener, &fd))
        return;
    enum control_request request = receive_request(fd);
    if (request == CONTROL_REQUEST_COUNT)
        close(fd);
    else
        c->desc.asked(c->desc.user, request, fd);
}

gw_err control_open(const struct control_desc *desc, struct control **out, char **error)
{
    int listener;
    gw_err err = local_listen(desc->path, &listener);
    if (err) {
        *error = sentence("cannot listen at %s: %s", desc->path,
                          err == GW_EEXIST ? "the same game runs already" : strerror(errno));
        return err;
    }
    struct control *c = mem_zalloc(sizeof *c);
    *c = (struct control){.desc = *desc, .listener = listener};
    c->listens = loop_watch(desc->loop, listener, on_connection, c);
    *out = c;
    return GW_OK;
}

void control_close(struct control *c)
{
    if (!c)
        return;
    loop_unwatch(c->listens);
    unlink(c->desc.path);
    close(c->listener);
    free(c);
}

/* ---- who asks ------------------------------------------------------------------------------- */

gw_err control_ask(const char *path, enum control_request request, int *fd)
{
    gw_err err = local_connect(path, fd);
    if (err)
        return err;
    if (!local_send(*fd, requests[request], REQUEST_BYTES, os_monotonic_ms() + ASK_MS))
        return GW_OK;
    close(*fd);
    return GW_ENOTFOUND;
}

/* ---- progress ------------------------------------------------------------------------------- */

enum { PROGRESS_WORDS = 4 };

gw_err control_tell(int fd, const struct control_progress *progress)
{
    const uint64_t words[PROGRESS_WORDS] = {htole64(progress->requests), htole64(progress->bytes),
                                            htole64(progress->left_ms), htole64(progress->end)};
    return local_send(fd, words, sizeof words, AT_ONCE);
}

gw_err control_hear(int fd, struct control_progress *out)
{
    uint64_t words[PROGRESS_WORDS];
    gw_err err = local_receive(fd, words, sizeof words, AT_ONCE);
    if (err)
        return err;
    *out = (struct control_progress){le64toh(words[0]), le64toh(words[1]), le64toh(words[2]),
                                     le64toh(words[3])};
    return GW_OK;
}
