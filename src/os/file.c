/* file: see file.h. */
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES ((size_t)64 * 1024) /* more than the file says that it has */

static gw_err read_all(int fd, struct buf *out)
{
    struct stat stat;
    size_t expected = fstat(fd, &stat) == 0 && stat.st_size > 0 ? (size_t)stat.st_size : 0;
    buf_reserve(out, expected + 1);
    for (;;) {
        uint8_t *at = buf_reserve(out, READ_BYTES);
        ssize_t size = read(fd, at, out->capacity - out->size);
        if (size == 0)
            return GW_OK;
        if (size > 0)
            out->size += (size_t)size;
        else if (errno != EINTR)
            return GW_EIO;
    }
}

/* What follows must not hide why it failed. */
static void close_quietly(int fd)
{
    int error = errno;
    close(fd);
    errno = error;
}

gw_err file_read(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? GW_ENOTFOUND : GW_EIO;
    gw_err err = read_all(fd, out);
    close_quietly(fd);
    return err;
}

static gw_err write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno != EINTR)
            return GW_EIO;
        if (written > 0) {
            bytes += written;
            size -= (size_t)written;
        }
    }
    return fsync(fd) == 0 ? GW_OK : GW_EIO;
}

static gw_err write_new(const char *path, const void *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return GW_EIO;
    gw_err err = write_all(fd, bytes, size);
    close_quietly(fd);
    return err;
}

/* So that the name is on the disk, too. A file system that cannot do that is trusted. */
static void sync_folder(const char *path)
{
    char *folder = mem_strdup(path), *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0)
        return;
    (void)!fsync(fd);
    close(fd);
}

gw_err file_remove(const char *path)
{
    if (unlink(path) != 0)
        return GW_EIO;
    sync_folder(path);
    return GW_OK;
}

gw_err file_replace(const char *path, const void *bytes, size_t size)
{
    struct buf fresh = {0};
    buf_print(&fresh, "%s.new", path);
    buf_append(&fresh, "", 1);
    const char *name = (const char *)fresh.data;
    gw_err err = write_new(name, bytes, size);
    if (!err && rename(name, path) != 0)
        err = GW_EIO;
    if (!err) {
        sync_folder(path);
    } else {
        int error = errno;
        unlink(name);
        errno = error;
    }
    buf_free(&fresh);
    return err;
}
