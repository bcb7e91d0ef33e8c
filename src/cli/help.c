/* help: see help.h. */
#include "cli/help.h"

#include "cli/commands.h"

#include <string.h>

#define COLUMNS 90

void help_print(FILE *out)
{
    fputs("usage: goworld [-configfile FILE] [-d] COMMAND DIR\n\n"
          "DIR is a server directory: the C files of a game and its goworld.ini.\n\ncommands:\n",
          out);
    for (const struct command *c = commands; c->name; c++)
        fprintf(out, "  %-10s %s\n", c->name, c->summary);
    for (const struct word *w = words; w->name; w++)
        fprintf(out, "  %-10s %s\n", w->name, w->summary);
    fputs("\noptions:\n", out);
    for (const struct flag *flag = flags; flag->name; flag++)
        fprintf(out, "  %s %-*s %s\n", flag->name, (int)(16 - strlen(flag->name)), flag->value,
                flag->summary);
    fputs("\nprocesses (started by goworld start):\n", out);
    for (const struct process_role *role = roles; role->name; role++)
        fprintf(out, "  %s\n", role->usage);
    fputs("  DIR/NAME -gid N -configfile FILE [-resume] [-log LEVEL]\n\n"
          "Exit codes: 0 done, 1 failed, 2 wrong usage.\n",
          out);
}

/* Breaks the text into lines between its words. */
static void print_wrapped(const char *text)
{
    size_t column = 0;
    while (*text) {
        size_t size = strcspn(text, " ");
        bool fits = column + 1 + size <= COLUMNS;
        printf("%s%.*s", column == 0 ? "" : fits ? " " : "\n", (int)size, text);
        column = column && fits ? column + 1 + size : size;
        text += size + (text[size] == ' ');
    }
    putchar('\n');
}

static int print_about(const char *usage, const char *name, const char *arguments,
                       const char *summary, const char *details)
{
    printf("usage: %s%s%s%s\n\n%s\n", usage, name, *arguments ? " " : "", arguments, summary);
    if (*details) {
        putchar('\n');
        print_wrapped(details);
    }
    return EXIT_OK;
}

int help_run(const char *about)
{
    if (!about) {
        help_print(stdout);
        return EXIT_OK;
    }
    const struct command *c = command_find(about);
    if (c)
        return print_about("goworld [-configfile FILE] ", c->name, c->arguments, c->summary,
                           c->details);
    const struct word *w = word_find(about);
    if (w)
        return print_about("goworld ", w->name, w->argument, w->summary, w->details);
    const struct process_role *role = role_find(about);
    if (role)
        return print_about(role->usage, "", "", role->summary,
                           "goworld start runs it; so can you, in a debugger.");
    return command_unknown(about);
}
