/* cli: reads the command line and runs the command it names. */
#include "cli/cli.h"

#include "cli/commands.h"
#include "cli/help.h"

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

struct arguments {
    const char *words[WORDS_MAX];
    unsigned word_count;
    const char *configfile;
    const char *form;
    bool help, version, verbose, builds;
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
    } else if (strcmp(name, "js") == 0) {
        args->form = "-js";
    } else if (strcmp(name, "c") == 0) {
        args->form = "-c";
    } else if (strcmp(name, "v") == 0) {
        args->verbose = true;
    } else if (strcmp(name, "build") == 0) {
        args->builds = true;
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
    if (check_words(args, command->words_min, command->words_max, "a server directory",
                    command->arguments) != GW_OK)
        return usage_error();
    struct cli_options options = {.dir = args->words[1] ? args->words[1] : ".",
                                  .configfile = args->configfile,
                                  .section = args->words[2],
                                  .form = args->form,
                                  .verbose = args->verbose,
                                  .builds = args->builds};
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
static gw_err check_options(const struct arguments *args, const struct command *command)
{
    if (args->form && (!command || command->run != schema_run)) {
        cli_fail("%s goes with schema only", args->form);
        return GW_EINVAL;
    }
    if (args->verbose && (!command || command->run != status_run)) {
        cli_fail("-v goes with status only");
        return GW_EINVAL;
    }
    if (args->builds && (!command || command->run != reload_run)) {
        cli_fail("-build goes with reload only");
        return GW_EINVAL;
    }
    return GW_OK;
}

static int run_named(const struct arguments *args)
{
    const struct command *command = command_find(args->words[0]);
    const struct word *word = word_find(args->words[0]);
    if (!command && !word)
        return command_unknown(args->words[0]);
    if (args->version) {
        cli_fail("--version goes with no command");
        return usage_error();
    }
    if (check_options(args, command) != GW_OK)
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
    return supervisor_run(
        &(struct cli_options){.dir = args.words[0], .configfile = args.configfile});
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
    struct arguments args = {0};
    signal(SIGPIPE, SIG_IGN); /* nobody may read what is said; the work is done all the same */
    if (read_arguments(argc, argv, &args) != GW_OK)
        return usage_error();
    return args.words[0] ? run_named(&args) : run_nameless(&args);
}
