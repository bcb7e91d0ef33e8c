/* Preloaded into a process under test. The file named by FAULT_PLAN, while it is there, says what
 * goes wrong: "kill N" ends the process by SIGKILL before step N of those counted since, "term N"
 * sends it SIGTERM there, and "full" leaves no room in files. FAULT_PLAN.words then has the words
 * of one letter that it heard and said last. Steps are what other processes can see: what is sent
 * and received by local sockets and their ends, names that change, files that are written and
 * synced. */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

static int count;
/* The words of one letter that were there to be received, or sent, last. */
static char heard = '-', said = '-';

static const char *plan(char text[32])
{
    const char *path = getenv("FAULT_PLAN");
    FILE *file = path ? fopen(path, "re") : NULL;
    size_t size = file ? fread(text, 1, 31, file) : 0;
    if (file)
        fclose(file);
    text[size] = '\0';
    return text;
}

/* Whether it should have been the end of a game is told by what it had heard and said. */
static void write_words(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.words", getenv("FAULT_PLAN"));
    FILE *file = fopen(path, "we");
    if (!file)
        return;
    fprintf(file, "%c%c", heard, said);
    fclose(file);
}

static void step(void)
{
    char text[32], how[8] = "";
    int error = errno, due;
    if (sscanf(plan(text), "%7s %d", how, &due) != 2) {
        count = 0;
    } else if (++count == due) {
        write_words();
        raise(strcmp(how, "term") == 0 ? SIGTERM : SIGKILL);
    }
    errno = error;
}

static int ends_with(const char *text, const char *ending)
{
    size_t size = strlen(text), length = strlen(ending);
    return size >= length && strcmp(text + size - length, ending) == 0;
}

/* Whether it is an end of a connection to a socket that lies in a folder. */
static int is_local(int fd)
{
    struct sockaddr_un own = {0}, its = {0};
    socklen_t size = sizeof own, its_size = sizeof its;
    int error = errno;
    int is_known = getsockname(fd, (struct sockaddr *)&own, &size) == 0 &&
                   own.sun_family == AF_UNIX &&
                   getpeername(fd, (struct sockaddr *)&its, &its_size) == 0;
    errno = error;
    return is_known && (ends_with(own.sun_path, ".sock") || ends_with(its.sun_path, ".sock"));
}

static int is_file(int fd)
{
    struct stat st;
    int error = errno;
    int found = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    errno = error;
    return found;
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    if (is_local(fd)) {
        step();
        if (size == 1)
            said = *(const char *)bytes;
    }
    return NEXT(send)(fd, bytes, size, flags);
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
    int error = errno;
    if (is_local(fd)) {
        if (size == 1)
            (void)!NEXT(recv)(fd, &heard, 1, MSG_PEEK | MSG_DONTWAIT);
        errno = error;
        step();
    }
    return NEXT(recv)(fd, bytes, size, flags);
}

int close(int fd)
{
    if (is_local(fd))
        step();
    return NEXT(close)(fd);
}

int rename(const char *from, const char *to)
{
    step();
    return NEXT(rename)(from, to);
}

int unlink(const char *path)
{
    step();
    return NEXT(unlink)(path);
}

int fsync(int fd)
{
    step();
    return NEXT(fsync)(fd);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    char text[32];
    if (is_file(fd)) {
        step();
        if (strcmp(plan(text), "full") == 0) {
            errno = ENOSPC;
            return -1;
        }
    }
    return NEXT(write)(fd, bytes, size);
}
