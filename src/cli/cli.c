/* cli: reads the command line and runs the command it names. */
#include "cli/cli.h"

#include "conf/hint.h"
#include "dispatcher/main.h"
#include "gate/main.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* The command's name, DIR and a section of the ini. */
#define WORDS_MAX 3

struct command {
    const char *name;
    int words_min, words_max; /* of those that may stand on the command line */
    const char *arguments;
    int (*run)(const struct cli_options *options);
    const char *summary;
    const char *details;
};

static const struct command commands[] = {
    {"new", 2, 2, "DIR", new_run, "make the folder DIR with a small game in it, ready to build",
     "The game has the folder's name, a page for the browser and a test. Its ports are those of "
     "the\n"
     "examples; while others listen there, the next that are free.\n"},
    {"build", 2, 2, "DIR", build_run,
     "compile the C files in DIR and link them with the engine into DIR/NAME",
     "NAME is the folder's name. Only what has changed is compiled again (objects lie in "
     "DIR/.obj).\n"
     "CC, CFLAGS, LDFLAGS and LDLIBS are taken from the environment. A Makefile or CMakeLists.txt "
     "in\n"
     "DIR is used instead; it has to leave DIR/NAME, and finds the engine by pkg-config goworld "
     "or\n"
     "find_package(goworld).\n"},
    {"start", 2, 2, "DIR", start_run,
     "start the dispatchers, then the games, then the gates of DIR",
     "Returns when every process serves; they go on in the background. When one cannot start, "
     "says\n"
     "which and why, stops what has been started and exits with 1. Logs lie in run/ beside the "
     "ini.\n"
     "Of a server that runs in part it starts what is down. A supervisor stays behind and starts "
     "again\n"
     "what dies.\n"},
    {"stop", 2, 2, "DIR", stop_run, "stop the gates, then the games, then the dispatchers of DIR",
     "Games save and destroy all entities first. Waits for the end of each process.\n"},
    {"kill", 2, 2, "DIR", kill_run, "end all processes of DIR at once, without saving", ""},
    {"status", 2, 2, "DIR", status_run, "say which processes of DIR run",
     "Exits with 1 when any process that goworld.ini asks for does not serve. Of what died it says "
     "why,\n"
     "and when it is started again.\n"},
    {"run", 2, 2, "DIR", foreground_run, "run all processes of DIR as one, in the foreground",
     "For the first minute and for a debugger. Ends with Ctrl-C, after saving. DIR has to be "
     "built.\n"},
    {"config", 1, WORDS_MAX, "[DIR [SECTION]]", config_run,
     "print every setting in force, and where each comes from",
     "In the form of a goworld.ini, of which it may become one. DIR is the current folder if it is "
     "not\n"
     "given. SECTION is one process, such as gate1, or gate_common for all gates.\n"},
    {0},
};

static int supervisor_main(int argc, char **argv);

/* Roles that this same program plays; start runs them. */
static const struct process_role {
    const char *name;
    int (*main)(int argc, char **argv);
    const char *usage;
    const char *summary;
} roles[] = {
    {"dispatcher", dispatcher_main, "goworld dispatcher -dispid N -configfile FILE [-log LEVEL]",
     "dispatcher N of the ini: passes messages between games and gates"},
    {"gate", gate_main, "goworld gate -gid N -configfile FILE [-log LEVEL]",
     "gate N of the ini: holds the connections of the clients"},
    {"supervisor", supervisor_main, "goworld supervisor -configfile FILE DIR",
     "starts what is down of DIR, then whatever dies; SIGTERM ends it without the others"},
    {0},
};

/* What needs no DIR. */
static const struct {
    const char *name;
    const char *usage;
    const char *summary;
} words[] = {
    {"version", "goworld version", "print the version"},
    {"help", "goworld help [COMMAND]", "print all commands, or more about COMMAND"},
    {0},
};

static void print_help(FILE *out)
{
    fputs("usage: goworld [-configfile FILE] [-d] COMMAND DIR\n\n"
          "DIR is a server directory: the C files of a game and its goworld.ini.\n\ncommands:\n",
          out);
    for (const struct command *c = commands; c->name; c++)
        fprintf(out, "  %-8s %s\n", c->name, c->summary);
    fputs("  version  print the version\n"
          "  help     print this, or with a COMMAND more about it\n\noptions:\n"
          "  -configfile FILE  instead of DIR/goworld.ini, or goworld.ini in the current folder\n"
          "  -d                taken for GoWorld's sake: processes run in the background anyway\n\n"
          "processes (started by goworld start):\n",
          out);
    for (const struct process_role *role = roles; role->name; role++)
        fprintf(out, "  %s\n", role->usage);
    fputs("  DIR/NAME -gid N -configfile FILE [-log LEVEL]\n\n"
          "Exit codes: 0 done, 1 failed, 2 wrong usage.\n",
          out);
}

static void print_command_help(const struct command *c)
{
    printf("usage: goworld [-configfile FILE] %s %s\n\n%s%s%s", c->name, c->arguments, c->summary,
           *c->details ? "\n\n" : "\n", c->details);
}

int cli_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fflush(stdout);
    fputs("goworld: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return EXIT_FAILED;
}

int cli_fail_with(char *sentence)
{
    cli_fail("%s", sentence);
    free(sentence);
    return EXIT_FAILED;
}

static const struct command *find_command(const char *name)
{
    for (const struct command *c = commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

static int usage_error(void)
{
    fputs("Try: goworld help\n", stderr);
    return EXIT_USAGE;
}

static int unknown_command(const char *name)
{
    struct hint hint = {.wanted = name};
    for (const struct command *c = commands; c->name; c++)
        hint_offer(&hint, c->name);
    if (hint.closest)
        cli_fail("there is no command %s; did you mean %s?", name, hint.closest);
    else
        cli_fail("there is no command %s", name);
    return usage_error();
}

static const struct process_role *find_role(const char *name)
{
    for (const struct process_role *role = roles; role->name; role++)
        if (strcmp(role->name, name) == 0)
            return role;
    return NULL;
}

static int help(const char *about)
{
    const struct command *c = find_command(about);
    const struct process_role *role = find_role(about);
    if (c) {
        print_command_help(c);
        return EXIT_OK;
    }
    if (role) {
        printf("usage: %s\n\n%s\n\ngoworld start runs it; so can you, in a "
               "debugger.\n",
               role->usage, role->summary);
        return EXIT_OK;
    }
    for (size_t i = 0; words[i].name; i++)
        if (strcmp(words[i].name, about) == 0) {
            printf("usage: %s\n\n%s\n", words[i].usage, words[i].summary);
            return EXIT_OK;
        }
    return unknown_command(about);
}

struct arguments {
    const char *words[WORDS_MAX];
    int word_count;
    const char *configfile;
    bool help, version;
};

/* The flag's name without its one or two dashes; a dash alone and what has none is a word. */
static const char *flag_name(const char *arg)
{
    if (arg[0] != '-' || !arg[1])
        return NULL;
    return arg[1] == '-' ? arg + 2 : arg + 1;
}

/* Reads one flag at argv[*i] and moves *i over its value. */
static gw_err read_flag(char **argv, int *i, struct arguments *args)
{
    const char *name = flag_name(argv[*i]);
    if (strncmp(name, "configfile=", strlen("configfile=")) == 0) {
        args->configfile = name + strlen("configfile=");
    } else if (strcmp(name, "configfile") == 0) {
        if (!argv[*i + 1]) {
            cli_fail("-configfile needs the name of a file");
            return GW_EINVAL;
        }
        args->configfile = argv[++*i];
    } else if (strcmp(name, "h") == 0 || strcmp(name, "help") == 0) {
        args->help = true;
    } else if (strcmp(name, "version") == 0) {
        args->version = true;
    } else if (strcmp(name, "d") != 0) {
        cli_fail("there is no option %s", argv[*i]);
        return GW_EINVAL;
    }
    return GW_OK;
}

static void too_many(const char *word)
{
    cli_fail("%s is one argument too many", word);
}

static gw_err read_arguments(int argc, char **argv, struct arguments *args)
{
    for (int i = 1; i < argc; i++) {
        if (flag_name(argv[i])) {
            if (read_flag(argv, &i, args) != GW_OK)
                return GW_EINVAL;
        } else if (args->word_count == WORDS_MAX) {
            too_many(argv[i]);
            return GW_EINVAL;
        } else {
            args->words[args->word_count++] = argv[i];
        }
    }
    return GW_OK;
}

static int run_command(const struct arguments *args)
{
    const struct command *c = find_command(args->words[0]);
    if (!c)
        return unknown_command(args->words[0]);
    if (args->help) {
        print_command_help(c);
        return EXIT_OK;
    }
    if (args->version) {
        cli_fail("--version goes with no command");
        return usage_error();
    }
    if (args->word_count < c->words_min) {
        cli_fail("%s needs a server directory: goworld %s DIR", c->name, c->name);
        return usage_error();
    }
    if (args->word_count > c->words_max) {
        too_many(args->words[c->words_max]);
        return usage_error();
    }
    struct cli_options options = {.dir = args->words[1] ? args->words[1] : ".",
                                  .configfile = args->configfile,
                                  .section = args->words[2]};
    return c->run(&options);
}

/* What is said about goworld itself rather than done to a DIR. */
static int run_word(const struct arguments *args)
{
    const char *word = args->words[0], *about = args->words[1];
    if (word && strcmp(word, "version") == 0 && args->help)
        return help(word);
    const char *extra = word && strcmp(word, "help") == 0 ? args->words[2] : about;
    if (extra) {
        too_many(extra);
        return usage_error();
    }
    if (about)
        return help(about);
    if (args->version || (word && strcmp(word, "version") == 0))
        puts("goworld " GW_VERSION);
    else
        print_help(stdout);
    return EXIT_OK;
}

static bool is_word(const struct arguments *args)
{
    const char *word = args->words[0];
    return word ? strcmp(word, "help") == 0 || strcmp(word, "version") == 0
                : args->help || args->version;
}

static int supervisor_main(int argc, char **argv)
{
    struct arguments args = {0};
    if (read_arguments(argc, argv, &args) != GW_OK)
        return usage_error();
    if (args.word_count != 1) {
        cli_fail("the supervisor needs a server directory: goworld supervisor DIR");
        return usage_error();
    }
    return supervisor_run(
        &(struct cli_options){.dir = args.words[0], .configfile = args.configfile});
}

/* `goworld gate -h` is a question like `goworld help gate`. */
static int run_role(const struct process_role *role, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *flag = flag_name(argv[i]);
        if (flag && (strcmp(flag, "h") == 0 || strcmp(flag, "help") == 0))
            return help(role->name);
    }
    return role->main(argc, argv);
}

int cli_main(int argc, char **argv)
{
    const struct process_role *role = argc > 1 ? find_role(argv[1]) : NULL;
    if (role)
        return run_role(role, argc - 1, argv + 1);
    struct arguments args = {0};
    signal(SIGPIPE, SIG_IGN); /* nobody may read what is said; the work is done all the same */
    if (read_arguments(argc, argv, &args) != GW_OK)
        return usage_error();
    if (is_word(&args))
        return run_word(&args);
    if (!args.words[0]) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    return run_command(&args);
}
