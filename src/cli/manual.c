/* manual: see manual.h. What the pages say of commands and settings is what help says and the ini's
 * reader goes by: their tables. */
#include "cli/manual.h"

#include "cli/commands.h"
#include "conf/sections.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BOLD "\\fB"
#define ITALIC "\\fI"
#define PLAIN "\\fR"

/* ---- roff ----------------------------------------------------------------------------------- */

/* Prints a text in that font: nothing of it is taken for roff, also not at the begin of a line. */
static void print_in(const char *font, const char *text)
{
    fputs(font, stdout);
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
    }
    fputs(PLAIN, stdout);
}

static void print_text(const char *text)
{
    print_in(PLAIN, text);
    putchar('\n');
}

static void print_paragraph(const char *text)
{
    puts(".PP");
    print_text(text);
}

/* Begins with a capital, unless the first word is a name that ends with a colon. */
static void print_sentence(const char *text)
{
    size_t word = strcspn(text, " ");
    bool is_name = word > 0 && text[word - 1] == ':';
    char first[2] = {is_name ? text[0] : (char)toupper((unsigned char)text[0])};
    print_in(PLAIN, first);
    print_in(PLAIN, text + 1);
    puts(".");
}

/* What the next lines explain. */
static void print_item(const char *name, const char *argument)
{
    puts(".TP");
    print_in(BOLD, name);
    if (*argument) {
        putchar(' ');
        print_in(ITALIC, argument);
    }
    putchar('\n');
}

static void print_title(const char *name, const char *section, const char *purpose)
{
    printf(".TH %s %s \"\" \"goworld " GW_VERSION "\" \"GoWorld\"\n.SH NAME\n", name, section);
    print_in(PLAIN, name);
    printf(" \\- ");
    print_text(purpose);
}

/* ---- goworld(1) ----------------------------------------------------------------------------- */

static void print_item_about(const char *name, const char *argument, const char *summary,
                             const char *details)
{
    print_item(name, argument);
    print_sentence(summary);
    if (*details)
        print_text(details);
}

static void print_commands(void)
{
    puts(".SH COMMANDS");
    for (const struct command *c = commands; c->name; c++)
        print_item_about(c->name, c->arguments, c->summary, c->details);
    for (const struct word *w = words; w->name; w++)
        print_item_about(w->name, w->argument, w->summary, w->details);
}

static void print_options(void)
{
    puts(".SH OPTIONS");
    print_text("Options may stand anywhere on the command line, and begin with one dash or two.");
    for (const struct flag *flag = flags; flag->name; flag++)
        print_item_about(flag->name, flag->value, flag->summary, "");
}

static void print_processes(void)
{
    puts(".SH PROCESSES");
    print_text("goworld start runs these; so can you, in a debugger or as services of systemd.");
    for (const struct process_role *role = roles; role->name; role++)
        print_item_about(role->usage, "", role->summary, "");
    print_item_about("DIR/NAME -gid N -configfile FILE [-resume] [-log LEVEL]", "",
                     "game N of the ini: runs the entities and the game's own code", "");
}

static void print_files(void)
{
    static const char *const files[][2] = {
        {"DIR/goworld.ini", "which processes there are, and where they listen; see goworld.ini(5)"},
        {"DIR/NAME", "the program that build leaves; NAME is the folder's name"},
        {"run/", "lies beside the ini in use: pid files, logs (run/game1.log) and databases"},
    };
    puts(".SH FILES");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        print_item_about(files[i][0], "", files[i][1], "");
}

static void print_command_page(void)
{
    print_title("goworld", "1", "makes, builds, starts and watches the servers of a game");
    puts(".SH SYNOPSIS");
    print_in(BOLD, "goworld");
    print_in(PLAIN, " [-configfile FILE] [-d] ");
    print_in(ITALIC, "COMMAND DIR");
    puts("\n.SH DESCRIPTION");
    print_text("DIR is a server directory: the C files of a game and its goworld.ini. Dispatchers "
               "route, gates hold the clients, games run the entities. Servers in different "
               "folders run side by side, on ports of their own.");
    print_commands();
    print_options();
    print_processes();
    print_files();
    puts(".SH EXIT STATUS");
    print_text("0: it is done. 1: it failed, and a sentence on standard error says why. 2: the "
               "command line was wrong. 74: run, or a game, was told to end and has not saved "
               "everything.");
    puts(".SH ENVIRONMENT");
    print_item_about("NO_COLOR", "", "run prints its logs without colours", "");
    print_item_about("CC, CFLAGS, LDFLAGS, LDLIBS", "", "what build compiles and links with", "");
    puts(".SH SEE ALSO\n.BR goworld.ini (5)");
}

/* ---- goworld.ini(5) ------------------------------------------------------------------------- */

static const char *const about_sections[SECTION_KIND_COUNT] = {
    [SECTION_DEBUG] = "What helps while a game is written.",
    [SECTION_DEPLOYMENT] = "Without a count there are as many as the sections' numbers say.",
    [SECTION_STORAGE] = "Where entities are kept.",
    [SECTION_KVDB] = "Where the key-value database is kept.",
    [SECTION_DISPATCHER] = "Dispatcher N.",
    [SECTION_GAME] = "Game N.",
    [SECTION_GATE] = "Gate N.",
};

/* NULL: the help says it. */
static const char *const about_types[] = {
    [KEY_NAME] = "Letters, digits and _.",
    [KEY_BOOL] = "true or false; yes, no, on, off, 1 and 0 will do.",
    [KEY_OFF] = "This version does not offer it: true is an error.",
    [KEY_BYTES] = "A number of bytes, such as 65536, 64K or 4M.",
    [KEY_ADDRESS] = "HOST:PORT, or [HOST]:PORT for IPv6; :PORT is all IPv4 addresses.",
    [KEY_LEVEL] = "One of debug, info, warn, error, panic and fatal.",
    [KEY_IGNORE] = "Taken, and not used.",
};

static void print_default(const struct key *key)
{
    char text[64];
    if (key->type != KEY_IGNORE && key->initial && *key->initial) {
        print_in(PLAIN, "Default: ");
        print_in(BOLD, key->initial);
        puts(".");
    }
    if (key->max && key->type == KEY_NUMBER) {
        snprintf(text, sizeof text, "From %" PRIu64 " to %" PRIu64 ".", key->min, key->max);
        print_text(text);
    }
}

static void print_key(const struct key *key)
{
    print_item(key->name, "");
    print_sentence(key->help);
    if (key->type < sizeof about_types / sizeof *about_types && about_types[key->type])
        print_text(about_types[key->type]);
    print_default(key);
}

static void print_section(enum section_kind kind)
{
    const struct section *section = &sections[kind];
    printf(section->numbered ? ".SS [%sN]\n" : ".SS [%s]\n", section->name);
    print_text(about_sections[kind]);
    for (const struct key *key = section->keys; key->name; key++)
        print_key(key);
}

static void print_ini_page(void)
{
    print_title("goworld.ini", "5", "the configuration of all processes of a GoWorld server");
    puts(".SH DESCRIPTION");
    print_text("A file of sections, each with settings: key = value. What stands behind ; or # is "
               "a comment. Values may stand in quotes; between backticks everything counts, line "
               "ends included. An empty value leaves the default. Paths are relative to the ini's "
               "folder or to run/ in it, as each setting says.");
    print_paragraph("A section [dispatcherN], [gameN] or [gateN] is about one process, N from 1 "
                    "on. [dispatcher_common], [game_common] and [gate_common] give defaults to "
                    "all of a kind. A default port is that of number 1; the others follow it.");
    print_paragraph("What is unknown or wrong stops the command, with file and line. goworld "
                    "config prints all that is in force, and where it comes from.");
    puts(".SH SECTIONS");
    for (unsigned kind = 0; kind < SECTION_KIND_COUNT; kind++)
        print_section((enum section_kind)kind);
    puts(".SH SEE ALSO\n.BR goworld (1)");
}

int manual_run(const char *page)
{
    if (strcmp(page, "goworld.1") == 0)
        print_command_page();
    else if (strcmp(page, "goworld.ini.5") == 0)
        print_ini_page();
    else
        return cli_fail("there is no page %s; there are " MANUAL_PAGES, page);
    return EXIT_OK;
}
