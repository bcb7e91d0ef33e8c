/* pid_file: see pid_file.h. */
#include "os/pid_file.h"

#include "os/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_NAME "claims.lock"
#define MARK "ending" /* behind the numbers; as long as what is read */

/* Reads state and start time (in clock ticks since boot) of a process; two processes never share
 * pid and start. */
static gw_err read_stat(pid_t pid, char *state, unsigned long long *start)
{
    char text[1024];
    if (!proc_read(pid, "stat", text, sizeof text))
        return GW_ENOTFOUND;
    const char *rest = strrchr(text, ')'); /* the name before it may hold anything */
    if (!rest || sscanf(rest,
                        ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                        "%*s %llu",
                        state, start) != 2)
        return GW_ENOTFOUND;
    return GW_OK;
}

static gw_err write_pid_file(const char *path, pid_t pid, unsigned long long start,
                             const char *mark)
{
    struct stat self;
    FILE *file = fopen(path, "we");
    if (!file)
        return GW_EIO;
    bool is_whole =
        fstat(fileno(file), &self) == 0 && fprintf(file, "%d %llu %llu%s\n", (int)pid, start,
                                                   (unsigned long long)self.st_ino, mark) > 0;
    return fclose(file) == 0 && is_whole ? GW_OK : GW_EIO;
}

/* The name under which it is prepared. */
static gw_err draft_of(const char *path, pid_t pid, char draft[PATH_MAX])
{
    int size = snprintf(draft, PATH_MAX, "%s.%d", path, (int)pid);
    errno = ENAMETOOLONG;
    return size < PATH_MAX ? GW_OK : GW_EIO;
}

static void discard(const char *draft)
{
    int error = errno;
    unlink(draft);
    errno = error;
}

static gw_err prepare(const char *path, pid_t pid, const char *mark)
{
    char state, draft[PATH_MAX];
    unsigned long long start = 0;
    if (draft_of(path, pid, draft) || read_stat(pid, &state, &start))
        return GW_EIO;
    gw_err err = write_pid_file(draft, pid, start, mark);
    if (err)
        discard(draft);
    return err;
}

gw_err pid_file_prepare(const char *path, pid_t pid)
{
    return prepare(path, pid, "");
}

gw_err pid_file_commit(const char *path, pid_t pid)
{
    char draft[PATH_MAX];
    if (draft_of(path, pid, draft) == GW_OK && rename(draft, path) == 0)
        return GW_OK;
    discard(draft);
    return GW_EIO;
}

void pid_file_discard(const char *path, pid_t pid)
{
    char draft[PATH_MAX];
    if (draft_of(path, pid, draft) == GW_OK)
        discard(draft);
}

gw_err pid_file_write(const char *path, pid_t pid)
{
    gw_err err = pid_file_prepare(path, pid);
    return err ? err : pid_file_commit(path, pid);
}

/* The file names itself, so that a copied folder does not name the processes of the one it was
 * copied from. */
static gw_err read_pid_file(const char *path, pid_t *pid, unsigned long long *start,
                            char mark[sizeof MARK])
{
    FILE *file = fopen(path, "re");
    if (!file)
        return GW_ENOTFOUND;
    int number = 0;
    unsigned long long inode = 0;
    struct stat self;
    int fields = fscanf(file, "%d %llu %llu %6s", &number, start, &inode, mark);
    bool is_whole = fields >= 3 && number >= 1;
    bool is_copy = fstat(fileno(file), &self) != 0 || (unsigned long long)self.st_ino != inode;
    fclose(file);
    *pid = number;
    return is_whole && !is_copy ? GW_OK : GW_ENOTFOUND;
}

/* The pidfd is opened first: what is true of the process behind it then stays true. */
gw_err pid_file_find(const char *pid_path, struct process *process)
{
    pid_t pid;
    unsigned long long start, its_start;
    char state, mark[sizeof MARK];
    if (read_pid_file(pid_path, &pid, &start, mark) != GW_OK)
        return GW_ENOTFOUND;
    int pidfd = process_open(pid);
    if (pidfd < 0)
        return GW_ENOTFOUND;
    if (read_stat(pid, &state, &its_start) != GW_OK || its_start != start || state == 'Z' ||
        state == 'X') {
        close(pidfd);
        return GW_ENOTFOUND;
    }
    *process = (struct process){pid, pidfd};
    return GW_OK;
}

bool pid_file_names(const char *path, pid_t pid)
{
    struct process process;
    if (pid_file_find(path, &process) != GW_OK)
        return false;
    process_close(&process);
    return process.pid == pid;
}

pid_t pid_file_pid(const char *path)
{
    pid_t pid;
    unsigned long long start;
    char mark[sizeof MARK];
    return read_pid_file(path, &pid, &start, mark) == GW_OK ? pid : 0;
}

bool pid_file_says_ending(const char *path)
{
    pid_t pid;
    unsigned long long start;
    char mark[sizeof MARK] = "";
    return read_pid_file(path, &pid, &start, mark) == GW_OK && strcmp(mark, MARK) == 0;
}

void pid_file_mark_ending(const char *path)
{
    if (pid_file_names(path, getpid()) && !prepare(path, getpid(), " " MARK))
        (void)!pid_file_commit(path, getpid());
}

/* ---- claiming ------------------------------------------------------------------------------- */

/* Of all in that folder, for as long as the descriptor is open; -1: errno says why not. */
static int lock_folder_of(const char *path)
{
    char lock[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(lock, sizeof lock, "%.*s" LOCK_NAME, slash ? (int)(slash + 1 - path) : 0, path);
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
        continue;
    return fd;
}

gw_err pid_file_claim(const char *path, pid_t pid, pid_t *other)
{
    struct process process;
    int lock = lock_folder_of(path);
    if (lock < 0)
        return GW_EIO;
    gw_err err = GW_EEXIST;
    if (pid_file_find(path, &process) == GW_OK) {
        *other = process.pid;
        process_close(&process);
    } else {
        err = pid_file_write(path, pid);
    }
    int error = err == GW_EEXIST ? EEXIST : errno;
    close(lock);
    errno = error;
    return err;
}
