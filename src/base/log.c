/* Makes one line out of an event. */
#include "base/log.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

/* A line is made on the stack; fields that are longer are cut, and end in "..." then. */
#define FIELDS_BYTES 2048

static const struct {
    const char *name;
    enum log_level level;
} level_names[] = {
    {"debug", LOG_DEBUG}, {"info", LOG_INFO},   {"warn", LOG_WARN},
    {"error", LOG_ERROR}, {"fatal", LOG_FATAL}, {"panic", LOG_FATAL},
};

struct line {
    char text[LOG_LINE_MAX];
    size_t size;
};

static void line_add(struct line *line, const char *text, size_t size)
{
    if (size > sizeof line->text - line->size)
        size = sizeof line->text - line->size;
    memcpy(line->text + line->size, text, size);
    line->size += size;
}

static void line_add_stamp(struct line *line, int64_t wall_ms)
{
    char text[40];
    struct tm utc;
    time_t seconds = (time_t)(wall_ms / 1000);
    gmtime_r(&seconds, &utc);
    size_t size = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    size += (size_t)snprintf(text + size, sizeof text - size, ".%03dZ ", (int)(wall_ms % 1000));
    line_add(line, text, size);
}

static void line_add_escaped(struct line *line, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        char escape[8] = {*text};
        if (c == '\n' || c == '\r' || c == '\t')
            snprintf(escape, sizeof escape, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        else if (c < 0x20 || c == 0x7f)
            snprintf(escape, sizeof escape, "\\x%02x", (unsigned)c);
        line_add(line, escape, strlen(escape));
    }
}

/* Marks a line whose end is missing. */
static void line_finish(struct line *line, bool cut)
{
    if (!cut && line->size < sizeof line->text)
        return;
    if (line->size > sizeof line->text - 3)
        line->size = sizeof line->text - 3;
    line_add(line, "...", 3);
}

static const char *level_label(enum log_level level)
{
    static const char *const labels[] = {"DEBUG ", "INFO ", "WARN ", "ERROR ", "FATAL "};
    return labels[level];
}

void log_event(const struct log *log, enum log_level level, const char *event, const char *format,
               ...)
{
    char fields[FIELDS_BYTES];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(fields, sizeof fields, format, args);
    va_end(args);

    struct line line;
    line.size = 0;
    if (log->now_ms)
        line_add_stamp(&line, log->now_ms(log->user));
    line_add(&line, level_label(level), strlen(level_label(level)));
    if (log->process) {
        line_add_escaped(&line, log->process);
        line_add(&line, " ", 1);
    }
    line_add_escaped(&line, event);
    if (size > 0) {
        line_add(&line, " ", 1);
        line_add_escaped(&line, fields);
    }
    line_finish(&line, size >= (int)sizeof fields);
    log->write(log->user, level, line.text, line.size);
}

bool log_limit_pass(struct log_limit *limit, int64_t now_ms, uint64_t *held_back)
{
    if (now_ms < limit->next_ms) {
        limit->held_back++;
        return false;
    }
    *held_back = limit->held_back;
    *limit = (struct log_limit){.next_ms = now_ms + LOG_LIMIT_INTERVAL_MS};
    return true;
}

gw_err log_level_parse(const char *name, enum log_level *level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++) {
        if (strcmp(level_names[i].name, name) == 0) {
            *level = level_names[i].level;
            return GW_OK;
        }
    }
    return GW_EINVAL;
}

const char *log_level_name(enum log_level level)
{
    size_t i = 0;
    while (level_names[i].level != level)
        i++;
    return level_names[i].name;
}

void log_write_file(void *user, enum log_level level, const char *line, size_t size)
{
    (void)level;
    /* One call, so that the lines of processes that share the file do not mix; flushed, so that a
     * crash loses none. */
    fprintf(user, "%.*s\n", (int)size, line);
    fflush(user);
}
