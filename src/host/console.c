/* console: see console.h. */
#include "host/console.h"

#include <stdio.h>

#define LEVEL_WIDTH 5
#define PROCESS_WIDTH 12 /* dispatcher12 */
#define DATE_SIZE 11     /* 2026-01-31T */

#define FAINT "\033[2m"
#define BOLD_YELLOW "\033[1;33m"
#define BOLD_RED "\033[1;31m"
#define NORMAL "\033[0m"

static const struct {
    const char *kind;
    unsigned char shades[4];
} hues[] = {
    {"dispatcher", {39, 75, 111, 27}}, /* blue */
    {"game", {41, 78, 114, 35}},       /* green */
    {"gate", {170, 176, 212, 134}},    /* purple */
};

struct console console_for(enum os_terminal terminal, const char *kind, unsigned id)
{
    struct console console = {.terminal = terminal, .colour = 7};
    for (size_t i = 0; i < sizeof hues / sizeof *hues; i++)
        if (strcmp(hues[i].kind, kind) == 0)
            console.colour = hues[i].shades[(id - 1) % sizeof hues[i].shades];
    return console;
}

static const char *level_style(enum log_level level)
{
    static const char *const styles[] = {FAINT, "", BOLD_YELLOW, BOLD_RED, BOLD_RED};
    return styles[level];
}

struct part {
    const char *text;
    int size;
};

/* Cuts off what is before the next space. */
static struct part next_part(const char **line, const char *end)
{
    const char *text = *line, *space = memchr(text, ' ', (size_t)(end - text));
    *line = space ? space + 1 : end;
    return (struct part){text, (int)((space ? space : end) - text)};
}

size_t console_format(const struct console *console, enum log_level level, const char *line,
                      size_t size, char *out)
{
    const char *end = line + size, *rest = line;
    struct part stamp = next_part(&rest, end);
    struct part name = next_part(&rest, end);
    struct part process = next_part(&rest, end);
    if (stamp.size > DATE_SIZE) {
        stamp.text += DATE_SIZE;
        stamp.size -= DATE_SIZE;
    }
    const char *style = level_style(level);
    size_t room = CONSOLE_LINE_MAX(size);
    if (console->terminal == OS_TERMINAL_COLOUR)
        return (size_t)snprintf(
            out, room,
            FAINT "%.*s" NORMAL " %s%-*.*s" NORMAL " \033[38;5;%um%-*.*s" NORMAL " %s%.*s" NORMAL,
            stamp.size, stamp.text, style, LEVEL_WIDTH, name.size, name.text, console->colour,
            PROCESS_WIDTH, process.size, process.text, style, (int)(end - rest), rest);
    return (size_t)snprintf(out, room, "%.*s %-*.*s %-*.*s %.*s", stamp.size, stamp.text,
                            LEVEL_WIDTH, name.size, name.text, PROCESS_WIDTH, process.size,
                            process.text, (int)(end - rest), rest);
}
