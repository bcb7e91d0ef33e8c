/* commands: see commands.h. */
#include "cli/commands.h"

#include "cli/completion.h"
#include "cli/help.h"
#include "cli/manual.h"
#include "conf/hint.h"
#include "dispatcher/main.h"
#include "gate/main.h"

#include <stdio.h>
#include <string.h>

const struct command commands[] = {
    {"new", "DIR", 2, 2, new_run, "make the folder DIR with a small game in it, ready to build",
     "The game has the folder's name, a page for the browser and a test. Its ports are those of "
     "the examples; while others listen there, the next that are free."},
    {"build", "DIR", 2, 2, build_run,
     "compile the C files in DIR and link them with the engine into DIR/NAME",
     "NAME is the folder's name. Only what has changed is compiled again (objects lie in "
     "DIR/.obj). CC, CFLAGS, LDFLAGS and LDLIBS are taken from the environment. A Makefile or "
     "CMakeLists.txt in DIR is used instead; it has to leave DIR/NAME, and finds the engine by "
     "pkg-config goworld or find_package(goworld)."},
    {"start", "DIR", 2, 2, start_run,
     "start the dispatchers, then the games, then the gates of DIR",
     "Returns when every process serves; they go on in the background. When one cannot start, "
     "says which and why, stops what has been started and exits with 1. Logs lie in run/ beside "
     "the ini. Of a server that runs in part it starts what is down. A supervisor stays behind "
     "and starts again what dies."},
    {"stop", "DIR", 2, 2, stop_run, "stop the gates, then the games, then the dispatchers of DIR",
     "Games save and destroy all entities first, for which each has its stop_timeout; how far that "
     "is, they tell each second. Waits for the end of each process. Exits with 1 when something "
     "was not saved."},
    {"reload", "DIR [-build] [-game N]", 2, 2, reload_run,
     "let the games of DIR go on with new code while players stay connected",
     "One game after the other: a new process, of the program that lies in DIR now, is started "
     "beside it, takes over its entities, timers and clients, and only then the old one ends. How "
     "long players had to wait is printed. Whatever goes wrong before, the old process goes on, "
     "and the reason is told. -build builds DIR first; if that fails nothing is touched. -game N "
     "reloads game N only."},
    {"kill", "DIR", 2, 2, kill_run, "end all processes of DIR at once, without saving", ""},
    {"status", "DIR [-v]", 2, 2, status_run, "say which processes of DIR run",
     "Exits with 1 when any process that goworld.ini asks for does not serve. Of what died it says "
     "why, and when it is started again. -v asks each process at its http_addr for what it does, "
     "and waits a second at most: its entities by type, its clients, what waits."},
    {"run", "DIR", 2, 2, foreground_run, "run all processes of DIR as one, in the foreground",
     "For the first minute and for a debugger. Ends with Ctrl-C, after saving. DIR has to be "
     "built."},
    {"config", "[DIR [SECTION]]", 1, WORDS_MAX, config_run,
     "print every setting in force, and where each comes from",
     "In the form of a goworld.ini, of which it may become one. DIR is the current folder if it is "
     "not given. SECTION is one process, such as gate1, or gate_common for all gates."},
    {"schema", "DIR [-js | -c]", 2, 2, schema_run,
     "print what the game of DIR is made of, as JSON or stubs for clients",
     "Its types of entities, with their attributes, their methods and those of clients. -js prints "
     "a "
     "JavaScript module, -c a C header, with what clients call, handle and see, checked by its "
     "types. "
     "DIR has to be built."},
    {"units", "DIR FOLDER [-user NAME]", 3, 3, units_run,
     "write the units for systemd that run DIR into FOLDER",
     "A service for each dispatcher, game and gate of the ini, and the target NAME.target that "
     "starts and stops all, where NAME is that of DIR. They run as who owns DIR, or as -user says. "
     "FOLDER is /etc/systemd/system, most often. What lies there is replaced."},
    {0},
};

static int version_run(const char *argument)
{
    (void)argument;
    puts("goworld " GW_VERSION);
    return EXIT_OK;
}

const struct word words[] = {
    {"version", "", false, version_run, "print the version", ""},
    {"help", "[COMMAND]", false, help_run, "print all commands, or more about COMMAND", ""},
    {"manual", "PAGE", true, manual_run, "print a page of the manual, for man -l -",
     "PAGE is goworld.1 or goworld.ini.5. Installed pages are read by man goworld and man "
     "goworld.ini."},
    {"completion", "SHELL", true, completion_run,
     "print what makes a shell complete commands and directories",
     "SHELL is bash, zsh or fish. make install puts it where they look. Without that, a line in "
     "~/.bashrc: source <(goworld completion bash)"},
    {0},
};

const struct process_role roles[] = {
    {"dispatcher", dispatcher_main, "goworld dispatcher -dispid N -configfile FILE [-log LEVEL]",
     "dispatcher N of the ini: passes messages between games and gates"},
    {"gate", gate_main, "goworld gate -gid N -configfile FILE [-log LEVEL]",
     "gate N of the ini: holds the connections of the clients"},
    {"supervisor", supervisor_main, "goworld supervisor -configfile FILE DIR",
     "starts what is down of DIR, then whatever dies; SIGTERM ends it without the others"},
    {0},
};

const struct flag flags[FLAG_COUNT + 1] = {
    [FLAG_CONFIGFILE] = {"-configfile", "FILE", NULL,
                         "instead of DIR/goworld.ini, or goworld.ini in the current folder"},
    [FLAG_IGNORED] = {"-d", "", NULL,
                      "taken for GoWorld's sake: processes run in the background anyway"},
    [FLAG_VERBOSE] = {"-v", "", "status", "of status: also what each process does"},
    [FLAG_BUILD] = {"-build", "", "reload", "of reload: builds DIR first"},
    [FLAG_GAME] = {"-game", "N", "reload", "of reload: this game only"},
    [FLAG_USER] = {"-user", "NAME", "units", "of units: as whom the server runs"},
    [FLAG_JS] = {"-js", "", "schema", "of schema: stubs for clients in JavaScript instead of JSON"},
    [FLAG_C] = {"-c", "", "schema", "of schema: stubs for clients in C"},
};

const struct command *command_find(const char *name)
{
    for (const struct command *c = commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

const struct word *word_find(const char *name)
{
    for (const struct word *w = words; w->name; w++)
        if (strcmp(w->name, name) == 0)
            return w;
    return NULL;
}

const struct process_role *role_find(const char *name)
{
    for (const struct process_role *role = roles; role->name; role++)
        if (strcmp(role->name, name) == 0)
            return role;
    return NULL;
}

int usage_error(void)
{
    fputs("Try: goworld help\n", stderr);
    return EXIT_USAGE;
}

int command_unknown(const char *name)
{
    struct hint hint = {.wanted = name};
    for (const struct command *c = commands; c->name; c++)
        hint_offer(&hint, c->name);
    for (const struct word *w = words; w->name; w++)
        hint_offer(&hint, w->name);
    if (hint.closest)
        cli_fail("there is no command %s; did you mean %s?", name, hint.closest);
    else
        cli_fail("there is no command %s", name);
    return usage_error();
}
