/* cli: reads the command line and runs the command it names. */
#include "cli/cli.h"

#include "cli/commands.h"
#include "cli/help.h"
#include "conf/conf.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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

#define COMMAND "goworld"

struct arguments {
    const char *command; /* goworld, as the user has to write it again */
    const char *words[WORDS_MAX];
    unsigned word_count;
    const char *given[FLAG_COUNT]; /* an option's value, "" for one without; NULL: not given */
    unsigned game;                 /* the value of -game; 0: not given */
    bool help, version;
};

/* The flag's name without its one or two dashes; a dash alone and what has none is a word. */
static const char *flag_name(const char *arg)
{
    if (arg[0] != '-' || !arg[1])
        return NULL;
    return arg[1] == '-' ? arg + 2 : arg + 1;
}

static unsigned find_flag(const char *name, size_t size)
{
    unsigned id = 0;
    while (id < FLAG_COUNT &&
           (strlen(flags[id].name) != size + 1 || memcmp(flags[id].name + 1, name, size) != 0))
        id++;
    return id;
}

/* Reads one flag at argv[*i] and moves *i over its value, unless that stands behind a =. */
static gw_err read_value(unsigned id, const char *rest, char **argv, int *i, struct arguments *args)
{
    const struct flag *flag = &flags[id];
    if (!*flag->value && *rest) {
        cli_fail("%s has no value", flag->name);
        return GW_EINVAL;
    }
    const char *value = *rest ? rest + 1 : *flag->value ? argv[++*i] : "";
    args->given[id] = value;
    if (value)
        return GW_OK;
    cli_fail("%s needs a value: %s", flag->name, flag->value);
    return GW_EINVAL;
}

static gw_err read_flag(char **argv, int *i, struct arguments *args)
{
    const char *name = flag_name(argv[*i]);
    size_t size = strcspn(name, "=");
    unsigned id = find_flag(name, size);
    if (id < FLAG_COUNT)
        return read_value(id, name + size, argv, i, args);
    if (strcmp(name, "h") == 0 || strcmp(name, "help") == 0) {
        args->help = true;
    } else if (strcmp(name, "version") == 0) {
        args->version = true;
    } else {
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

/* Whether the command line has as many words as it may; `wants` is said when one is missing. */
static gw_err check_words(const struct arguments *args, unsigned min, unsigned max,
                          const char *wants, const char *usage)
{
    const char *name = args->words[0];
    if (args->word_count >= min && args->word_count <= max)
        return GW_OK;
    if (args->word_count > max)
        too_many(args->words[max]);
    else
        cli_fail("%s needs %s: goworld %s %s", name, wants, name, usage);
    return GW_EINVAL;
}

static int run_command(const struct command *command, const struct arguments *args)
{
    if (args->help)
        return help_run(command->name);
    const char *wants =
        command->words_min > 2 ? "a server directory and a folder" : "a server directory";
    if (check_words(args, command->words_min, command->words_max, wants, command->arguments) !=
        GW_OK)
        return usage_error();
    const struct cli_options options = {
        .command = args->command,
        .dir = args->words[1] ? args->words[1] : ".",
        .configfile = args->given[FLAG_CONFIGFILE],
        .section = args->words[2],
        .folder = args->words[2],
        .form = args->given[FLAG_C]    ? "-c"
                : args->given[FLAG_JS] ? "-js"
                                       : NULL,
        .verbose = args->given[FLAG_VERBOSE] != NULL,
        .builds = args->given[FLAG_BUILD] != NULL,
        .game = args->game,
        .user = args->given[FLAG_USER],
    };
    return command->run(&options);
}

static int run_word(const struct word *word, const struct arguments *args)
{
    if (args->help)
        return help_run(word->name);
    if (check_words(args, word->wants_argument ? 2 : 1, *word->argument ? 2 : 1, "an argument",
                    word->argument) != GW_OK)
        return usage_error();
    return word->run(args->words[1]);
}

/* Some options are about one command. */
static gw_err check_options(const struct arguments *args)
{
    for (unsigned id = 0; id < FLAG_COUNT; id++) {
        const struct flag *flag = &flags[id];
        if (!args->given[id] || !flag->command || strcmp(flag->command, args->words[0]) == 0)
            continue;
        cli_fail("%s goes with %s only", flag->name, flag->command);
        return GW_EINVAL;
    }
    return GW_OK;
}

static gw_err read_game(struct arguments *args)
{
    const char *text = args->given[FLAG_GAME];
    char *end;
    unsigned long number = text ? strtoul(text, &end, 10) : 0;
    if (text && (*end || number < 1 || number > CONF_PROCESSES_MAX)) {
        cli_fail("-game wants a number from 1 to %d, not \"%s\"", CONF_PROCESSES_MAX, text);
        return GW_EINVAL;
    }
    args->game = (unsigned)number;
    return GW_OK;
}

static int run_named(struct arguments *args)
{
    const struct command *command = command_find(args->words[0]);
    const struct word *word = word_find(args->words[0]);
    if (!command && !word)
        return command_unknown(args->words[0]);
    if (args->version) {
        cli_fail("--version goes with no command");
        return usage_error();
    }
    if (check_options(args) != GW_OK || read_game(args) != GW_OK)
        return usage_error();
    return command ? run_command(command, args) : run_word(word, args);
}

/* `goworld -h` and `goworld --version` are words written as options. */
static int run_nameless(const struct arguments *args)
{
    if (args->version)
        return word_find("version")->run(NULL);
    help_print(args->help ? stdout : stderr);
    return args->help ? EXIT_OK : EXIT_USAGE;
}

int supervisor_main(int argc, char **argv)
{
    struct arguments args = {0};
    if (read_arguments(argc, argv, &args) != GW_OK)
        return usage_error();
    if (args.word_count != 1) {
        cli_fail("the supervisor needs a server directory: goworld supervisor DIR");
        return usage_error();
    }
    return supervisor_run(&(struct cli_options){
        .command = COMMAND, .dir = args.words[0], .configfile = args.given[FLAG_CONFIGFILE]});
}

/* `goworld gate -h` is a question like `goworld help gate`. */
static int run_role(const struct process_role *role, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *flag = flag_name(argv[i]);
        if (flag && (strcmp(flag, "h") == 0 || strcmp(flag, "help") == 0))
            return help_run(role->name);
    }
    return role->main(argc, argv);
}

int cli_main(int argc, char **argv)
{
    const struct process_role *role = argc > 1 ? role_find(argv[1]) : NULL;
    if (role)
        return run_role(role, argc - 1, argv + 1);
    struct arguments args = {.command = argc > 0 && strchr(argv[0], '/') ? argv[0] : COMMAND};
    signal(SIGPIPE, SIG_IGN); /* nobody may read what is said; the work is done all the same */
    if (read_arguments(argc, argv, &args) != GW_OK)
        return usage_error();
    return args.words[0] ? run_named(&args) : run_nameless(&args);
}
