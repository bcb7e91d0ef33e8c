/* report: see report.h. Each line begins with a sign that says where it goes; the line "=" at the
 * end says that all is well. */
#include "cli/report.h"

#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SAY = '+', COMPLAIN = '!', QUOTE = '-', WELL = '=' };

#define LINE_MAX_BYTES 4096

gw_err report_listen(const char *path, int *fd)
{
    unlink(path);
    *fd = -1;
    if (mkfifo(path, 0600) == 0)
        *fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (*fd >= 0)
        return GW_OK;
    cli_fail("cannot make the pipe %s: %s", path, strerror(errno));
    return GW_EIO;
}

/* A pipe that nobody has opened yet has no end that could be read. False when the supervisor died
 * before it opened it. */
static bool wait_for_writer(int fd, const struct process *supervisor)
{
    struct pollfd fds[] = {{fd, POLLIN, 0}, {supervisor->pidfd, POLLIN, 0}};
    while (poll(fds, 2, -1) < 0 && errno == EINTR)
        continue;
    return fds[0].revents != 0;
}

static void print_line(const char *line)
{
    if (*line == SAY) {
        fputs(line + 1, stdout);
        fflush(stdout);
    } else if (*line == COMPLAIN || *line == QUOTE) {
        fprintf(stderr, "%s%s", *line == COMPLAIN ? "goworld: " : "", line + 1);
    }
}

static void complain_of_end(void)
{
    cli_fail("the supervisor ended before the server was up; the end of run/supervisor.log may say "
             "why");
}

bool report_relay(int fd, const struct process *supervisor)
{
    if (!wait_for_writer(fd, supervisor)) {
        close(fd);
        complain_of_end();
        return false;
    }
    char *line = NULL;
    size_t room = 0;
    bool is_well = false, is_told = false;
    fcntl(fd, F_SETFL, 0); /* from now on reading waits */
    FILE *lines = fdopen(fd, "r");
    while (lines && getline(&line, &room, lines) > 0) {
        print_line(line);
        is_well = *line == WELL;
        is_told |= *line == COMPLAIN;
    }
    free(line);
    if (lines)
        fclose(lines);
    if (!is_well && !is_told)
        complain_of_end();
    return is_well;
}

void report_open(struct report *report, const char *path)
{
    report->fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

static void write_line(struct report *report, char sign, const char *text, size_t size)
{
    char line[LINE_MAX_BYTES];
    int length = snprintf(line, sizeof line, "%c%.*s", sign, (int)size, text);
    if (length > LINE_MAX_BYTES - 2)
        length = LINE_MAX_BYTES - 2;
    line[length++] = '\n';
    if (report->fd >= 0)
        (void)!write(report->fd, line, (size_t)length);
}

static void write_format(struct report *report, char sign, const char *format, va_list args)
{
    char text[LINE_MAX_BYTES];
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    write_line(report, sign, text, strlen(text));
}

void report_say(struct report *report, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_format(report, SAY, format, args);
    va_end(args);
}

void report_complain(struct report *report, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_format(report, COMPLAIN, format, args);
    va_end(args);
}

void report_quote(struct report *report, const char *text, size_t size)
{
    while (size > 0) {
        const char *end = memchr(text, '\n', size);
        size_t length = end ? (size_t)(end - text) : size;
        write_line(report, QUOTE, text, length);
        text += length + (end != NULL);
        size -= length + (end != NULL);
    }
}

void report_end(struct report *report, bool is_well)
{
    if (is_well)
        write_line(report, WELL, "", 0);
    if (report->fd >= 0)
        close(report->fd);
    report->fd = -1;
}

bool report_is_left(const struct report *report)
{
    struct pollfd fd = {.fd = report->fd};
    return report->fd >= 0 && poll(&fd, 1, 0) == 1 && (fd.revents & POLLERR);
}
