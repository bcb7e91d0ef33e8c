/* local: see local.h. */
#include "os/local.h"

#include "base/buf.h"
#include "os/system.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define WAITING_MAX 64

/* ---- addresses ------------------------------------------------------------------------------ */

/* The address of a socket has little room, and folders may be deep: it is named from its folder,
 * which stays open as long as the address is used. */
struct place {
    int folder;
    struct sockaddr_un address;
};

static gw_err place_open(struct place *place, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? mem_copy_text(path, (size_t)(slash - path) + 1) : mem_strdup(".");
    place->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (place->folder < 0)
        return errno == ENOENT ? GW_ENOTFOUND : GW_EIO;
    place->address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int size = snprintf(place->address.sun_path, sizeof place->address.sun_path,
                        "/proc/self/fd/%d/%s", place->folder, slash ? slash + 1 : path);
    if (size < (int)sizeof place->address.sun_path)
        return GW_OK;
    close(place->folder);
    errno = ENAMETOOLONG;
    return GW_EIO;
}

static gw_err closed(int fd, gw_err err)
{
    int error = errno;
    close(fd);
    errno = error;
    return err;
}

static gw_err connect_to(const struct place *place, int *fd)
{
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0)
        return GW_EIO;
    if (connect(made, (const struct sockaddr *)&place->address, sizeof place->address) == 0) {
        *fd = made;
        return GW_OK;
    }
    bool is_nobody = errno == ENOENT || errno == ECONNREFUSED;
    return closed(made, is_nobody ? GW_ENOTFOUND : errno == EAGAIN ? GW_EFULL : GW_EIO);
}

gw_err local_connect(const char *path, int *fd)
{
    struct place place;
    gw_err err = place_open(&place, path);
    if (err)
        return err;
    return closed(place.folder, connect_to(&place, fd));
}

/* ---- listening ------------------------------------------------------------------------------ */

static gw_err remove_stale(const struct place *place)
{
    int other;
    gw_err err = connect_to(place, &other);
    if (!err)
        return closed(other, GW_EEXIST);
    if (err == GW_EFULL)
        return GW_EEXIST; /* it has more to do than it can */
    if (err != GW_ENOTFOUND)
        return err;
    unlink(place->address.sun_path);
    return GW_OK;
}

/* Nobody can connect before it listens, and nobody else afterwards. */
static gw_err bind_alone(int fd, const struct place *place)
{
    bool is_bound = bind(fd, (const struct sockaddr *)&place->address, sizeof place->address) == 0;
    return is_bound && chmod(place->address.sun_path, 0600) == 0 && listen(fd, WAITING_MAX) == 0
               ? GW_OK
               : GW_EIO;
}

static gw_err listen_at(const struct place *place, int *fd)
{
    gw_err err = remove_stale(place);
    if (err)
        return err;
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0)
        return GW_EIO;
    err = bind_alone(made, place);
    if (err)
        return closed(made, err);
    *fd = made;
    return GW_OK;
}

gw_err local_listen(const char *path, int *fd)
{
    struct place place;
    gw_err err = place_open(&place, path);
    if (err)
        return err;
    return closed(place.folder, listen_at(&place, fd));
}

gw_err local_accept(int listener, int *fd)
{
    int made = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (made < 0)
        return GW_ENOTFOUND;
    struct ucred who = {0};
    socklen_t size = sizeof who;
    if (getsockopt(made, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 ||
        (who.uid != geteuid() && who.uid != 0))
        return closed(made, GW_EDENIED);
    *fd = made;
    return GW_OK;
}

/* ---- bytes ---------------------------------------------------------------------------------- */

static gw_err await(int fd, short events, int64_t deadline_ms)
{
    struct pollfd asked = {.fd = fd, .events = events};
    int64_t left_ms = deadline_ms - os_monotonic_ms();
    int found = left_ms > 0 ? poll(&asked, 1, (int)left_ms) : 0;
    return found > 0 || (found < 0 && errno == EINTR) ? GW_OK : GW_ETIMEDOUT;
}

static bool is_to_wait(void)
{
    return errno == EAGAIN || errno == EINTR;
}

gw_err local_send(int fd, const void *bytes, size_t size, int64_t deadline_ms)
{
    const uint8_t *at = bytes;
    while (size > 0) {
        ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
        if (sent < 0 && !is_to_wait())
            return GW_ENOTFOUND;
        gw_err err = sent < 0 ? await(fd, POLLOUT, deadline_ms) : GW_OK;
        if (err)
            return err;
        at += sent > 0 ? sent : 0;
        size -= sent > 0 ? (size_t)sent : 0;
    }
    return GW_OK;
}

gw_err local_receive(int fd, void *bytes, size_t size, int64_t deadline_ms)
{
    uint8_t *at = bytes;
    while (size > 0) {
        ssize_t got = recv(fd, at, size, 0);
        if (got == 0 || (got < 0 && !is_to_wait()))
            return GW_ENOTFOUND;
        gw_err err = got < 0 ? await(fd, POLLIN, deadline_ms) : GW_OK;
        if (err)
            return err;
        at += got > 0 ? got : 0;
        size -= got > 0 ? (size_t)got : 0;
    }
    return GW_OK;
}

void local_refuse(int fd)
{
    shutdown(fd, SHUT_RD);
}

pid_t local_peer(int fd)
{
    struct ucred who = {0};
    socklen_t size = sizeof who;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && who.pid > 0 ? who.pid : 0;
}

bool local_peer_has_ended(int fd, int timeout_ms)
{
    pid_t pid = local_peer(fd);
    if (!pid)
        return false;
    struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
    if (ended.fd < 0)
        return errno == ESRCH;
    bool has_ended = poll(&ended, 1, timeout_ms) == 1;
    close(ended.fd);
    return has_ended;
}
