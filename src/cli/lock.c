/* lock: see lock.h. The file start.lock names its holder, and counts only while that one holds the
 * lock on it, so that it can never be out of date. */
#include "cli/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOLDER_SIZE 48

static const char *const uses[] = {
    [LOCK_START] = "start", [LOCK_FOREGROUND] = "run", [LOCK_END] = "end"};

static const char *lock_path(struct server *server)
{
    return server_state_path(server, "start", ".lock");
}

static gw_err open_lock(struct server *server, int *fd)
{
    if (mkdir(server->run_dir, 0755) != 0 && errno != EEXIST) {
        cli_fail("cannot create the folder %s: %s", server->run_dir, strerror(errno));
        return GW_EIO;
    }
    *fd = open(lock_path(server), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd >= 0 && fchmod(*fd, 0600) == 0) /* who can read it can lock it, and keep us waiting */
        return GW_OK;
    if (*fd >= 0)
        close(*fd);
    cli_fail("cannot write to the folder %s: %s", server->run_dir, strerror(errno));
    return GW_EIO;
}

/* The holder writes its name just after it has taken the lock: until then the pid is 0. */
static struct lock_holder read_holder(int fd)
{
    char text[HOLDER_SIZE] = "";
    struct lock_holder holder = {.use = LOCK_START};
    ssize_t size = pread(fd, text, sizeof text - 1, 0);
    const char *space = size > 0 ? strchr(text, ' ') : NULL;
    if (!space)
        return holder;
    for (unsigned use = 0; use < sizeof uses / sizeof *uses; use++)
        if ((size_t)(space - text) == strlen(uses[use]) &&
            strncmp(text, uses[use], strlen(uses[use])) == 0)
            holder.use = (enum lock_use)use;
    holder.pid = (pid_t)strtol(space, NULL, 10);
    return holder;
}

static gw_err write_holder(struct server *server, int fd, enum lock_use use)
{
    char text[HOLDER_SIZE];
    int size = snprintf(text, sizeof text, "%s %d\n", uses[use], (int)getpid());
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)size, 0) == size)
        return GW_OK;
    cli_fail("cannot write to the folder %s: %s", server->run_dir, strerror(errno));
    return GW_EIO;
}

void lock_complain_foreground(const struct server *server, pid_t pid)
{
    cli_fail("%s runs in the foreground (pid %d); end it there with Ctrl-C, or: kill %d",
             server->shown, (int)pid, (int)pid);
}

static void complain(const struct server *server, struct lock_holder holder)
{
    if (holder.use == LOCK_FOREGROUND)
        lock_complain_foreground(server, holder.pid);
    else
        cli_fail("%s is being %s by another goworld (pid %d)", server->shown,
                 holder.use == LOCK_END ? "ended" : "started", (int)holder.pid);
}

/* Takes the lock; GW_EEXIST: somebody has it, and `holder` is who. */
static gw_err try(struct server *server, enum lock_use use, int fd, struct lock_holder *holder)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_SETLK, &whole) == 0)
        return write_holder(server, fd, use);
    *holder = read_holder(fd);
    return GW_EEXIST;
}

static gw_err wait_for(struct server *server, enum lock_use use, int fd,
                       const struct lock_holder *holder)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    printf("waiting for another goworld (pid %d)\n", (int)holder->pid);
    fflush(stdout);
    return fcntl(fd, F_OFD_SETLKW, &whole) == 0 ? write_holder(server, fd, use) : GW_EIO;
}

static gw_err take(struct server *server, enum lock_use use, bool waits, int *fd)
{
    struct lock_holder holder = {0};
    if (open_lock(server, fd) != GW_OK)
        return GW_EIO;
    gw_err err = try(server, use, *fd, &holder);
    if (err == GW_EEXIST && waits && holder.use == LOCK_START)
        err = wait_for(server, use, *fd, &holder);
    else if (err == GW_EEXIST)
        complain(server, holder);
    if (err != GW_OK)
        close(*fd);
    return err;
}

gw_err lock_take(struct server *server, enum lock_use use, int *fd)
{
    return take(server, use, false, fd);
}

void lock_take_if_free(struct server *server, enum lock_use use, int *fd)
{
    struct lock_holder holder = {0};
    *fd = open(lock_path(server), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0 || try(server, use, *fd, &holder) == GW_OK)
        return;
    close(*fd);
    *fd = -1;
}

gw_err lock_wait(struct server *server, enum lock_use use, int *fd)
{
    return take(server, use, true, fd);
}

gw_err lock_find(struct server *server, struct lock_holder *holder)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(lock_path(server), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return GW_ENOTFOUND;
    bool held = fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
    if (held)
        *holder = read_holder(fd);
    close(fd);
    return held ? GW_OK : GW_ENOTFOUND;
}
