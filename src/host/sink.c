/* sink: see sink.h. */
#include "host/sink.h"

#include "base/sentence.h"

#include <errno.h>
#include <unistd.h>

static void write_console(const struct sink *sink, enum log_level level, const char *line,
                          size_t size)
{
    char text[CONSOLE_LINE_MAX(LOG_LINE_MAX)];
    if (sink->console.terminal == OS_TERMINAL_NONE || size > LOG_LINE_MAX)
        log_write_file(stderr, level, line, size);
    else
        log_write_file(stderr, level, text,
                       console_format(&sink->console, level, line, size, text));
}

static void write_line(void *user, enum log_level level, const char *line, size_t size)
{
    struct sink *sink = user;
    if (sink->file)
        log_write_file(sink->file, level, line, size);
    if (sink->to_stderr)
        write_console(sink, level, line, size);
}

static int64_t wall_ms(void *user)
{
    return ((const struct sink *)user)->clock->wall_ms;
}

gw_err sink_open(struct sink *sink, const struct conf_log *conf, const char *kind,
                 const struct host_options *options, const struct clock *clock, char **error)
{
    *sink = (struct sink){.to_stderr = conf->to_stderr, .clock = clock};
    sink->console = console_for(os_terminal(STDERR_FILENO), kind, options->id);
    snprintf(sink->process, sizeof sink->process, "%s%u", kind, options->id);
    sink->log = (struct log){.level = options->has_log_level ? options->log_level : conf->level,
                             .process = sink->process,
                             .write = write_line,
                             .user = sink,
                             .now_ms = wall_ms};
    if (conf->file[0] == '\0')
        return GW_OK;
    sink->file = fopen(conf->file, "ae");
    if (sink->file)
        return GW_OK;
    *error = sentence("cannot write the log file %s: %s", conf->file, strerror(errno));
    return GW_EIO;
}

void sink_close(struct sink *sink)
{
    if (sink->file)
        fclose(sink->file);
    sink->file = NULL;
}
