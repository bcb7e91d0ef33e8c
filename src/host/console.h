/* console: makes log lines easy on the eye, for a terminal where many processes write. */
#pragma once

#include "base/log.h"
#include "os/system.h"

/* Room for any line of `size` bytes. */
#define CONSOLE_LINE_MAX(size) ((size) + 128)

struct console {
    enum os_terminal terminal;
    unsigned colour; /* of the process, one of 256 */
};

/* Each kind of process has a hue, each number a shade of it. */
struct console console_for(enum os_terminal terminal, const char *kind, unsigned id);
/* Writes the line, which is log_event's, without the date and with its columns aligned. Returns the
 * size; there is no zero at the end. */
size_t console_format(const struct console *console, enum log_level level, const char *line,
                      size_t size, char *out);
