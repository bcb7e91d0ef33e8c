/* commands: the tables of what goworld can do; help, manual and completion come from them, too. */
#pragma once

#include "cli/cli.h"

/* Each table ends with a NULL name. Summaries are in the imperative; details are sentences, in one
 * line, or empty. */

/* What is done to a server directory. */
struct command {
    const char *name;
    const char *arguments;
    unsigned words_min, words_max; /* how many words the command line may have, the name included */
    int (*run)(const struct cli_options *options);
    const char *summary;
    const char *details;
};
extern const struct command commands[];
#define WORDS_MAX 3 /* a command's name, DIR, and a section of the ini or a folder */

/* What is told about goworld itself. */
struct word {
    const char *name;
    const char *argument; /* "": none */
    bool wants_argument;
    int (*run)(const char *argument); /* NULL when there is none */
    const char *summary;
    const char *details;
};
extern const struct word words[];

/* What this same program plays in a server; start runs them. */
struct process_role {
    const char *name;
    int (*main)(int argc, char **argv);
    const char *usage;
    const char *summary;
};
extern const struct process_role roles[];

enum flag_id {
    FLAG_CONFIGFILE,
    FLAG_IGNORED,
    FLAG_VERBOSE,
    FLAG_BUILD,
    FLAG_GAME,
    FLAG_USER,
    FLAG_JS,
    FLAG_C,
    FLAG_COUNT,
};

/* Options may stand anywhere, with one dash or two. */
struct flag {
    const char *name;
    const char *value;   /* "": none */
    const char *command; /* that it goes with; NULL: any */
    const char *summary;
};
extern const struct flag flags[FLAG_COUNT + 1];

/* NULL: there is none of that name. */
const struct command *command_find(const char *name);
const struct word *word_find(const char *name);
const struct process_role *role_find(const char *name);

/* Says that there is no such command, and which was perhaps meant; returns EXIT_USAGE. */
int command_unknown(const char *name);
/* Says where to read on; returns EXIT_USAGE. */
int usage_error(void);
