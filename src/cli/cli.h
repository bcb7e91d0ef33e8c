/* cli: reads the command line and runs the command it names. */
#pragma once

#include <goworld/types.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

int cli_main(int argc, char **argv);

/* What stands on the command line besides the command's name. */
struct cli_options {
    const char *command;    /* goworld itself, as its user has to write it */
    const char *dir;        /* as given */
    const char *configfile; /* NULL: not given */
    const char *section;    /* of the ini, the word behind DIR; NULL: not given */
    const char *folder;     /* of units, the same word */
    const char *form;       /* of the schema, "-js" or "-c"; NULL: not given */
    bool verbose;           /* of the status: also what each process does */
    bool builds;            /* of a reload: first */
    unsigned game;          /* of a reload: this one only; 0: all */
    const char *user;       /* of units; NULL: not given */
};

/* Prints "goworld: sentence" to standard error; returns EXIT_FAILED. */
int cli_fail(const char *format, ...) GW_PRINTF(1, 2);
/* The same for a sentence on the heap, which it frees. */
int cli_fail_with(char *sentence);

/* The commands. Each returns the exit code. */
int new_run(const struct cli_options *options);
int build_run(const struct cli_options *options);
int start_run(const struct cli_options *options);
int stop_run(const struct cli_options *options);
int reload_run(const struct cli_options *options);
int kill_run(const struct cli_options *options);
int status_run(const struct cli_options *options);
int config_run(const struct cli_options *options);
int units_run(const struct cli_options *options);
int schema_run(const struct cli_options *options);
int foreground_run(const struct cli_options *options);
int supervisor_run(const struct cli_options *options);

/* `goworld supervisor`: reads its command line and runs it. */
int supervisor_main(int argc, char **argv);
