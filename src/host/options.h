/* options: the command line of a server process. */
#pragma once

#include "base/log.h"

#include <goworld/types.h>

struct host_options {
    unsigned id;            /* from 1 */
    const char *configfile; /* borrows from argv; goworld.ini unless it says otherwise */
    bool has_log_level;
    enum log_level log_level; /* instead of what the configuration says */
    bool restores;            /* it goes on with what was frozen into a file, */
    bool resumes;             /* or does so when there is such a file, */
    bool succeeds;            /* or goes on with what a process that runs has */
};

/* Reads `ID_FLAG N -configfile FILE -log LEVEL -restore -resume -succeed -d`; `id_flag` is
 * "-dispid" or
 * "-gid", or NULL when the process has no number. On failure *error is a sentence the caller frees.
 * -d is taken for GoWorld's sake and means nothing: whoever starts a server process puts it into
 * the background. */
GW_NODISCARD gw_err host_options_parse(int argc, char **argv, const char *id_flag,
                                       struct host_options *out, char **error);
