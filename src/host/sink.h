/* sink: where a server process writes its log: a file, standard error, or both. A terminal
 * gets it in colour. */
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "host/console.h"
#include "host/options.h"

#include <stdio.h>

struct sink {
    struct log log; /* what the process logs to */
    char process[32];
    const struct clock *clock;
    FILE *file; /* NULL: none */
    bool to_stderr;
    struct console console; /* what standard error is */
};

/* Names the process "gate1" after its kind and its options, and opens its log file. On failure
 * *error is a sentence the caller frees. The sink stays where it is until sink_close. */
GW_NODISCARD gw_err sink_open(struct sink *sink, const struct conf_log *conf, const char *kind,
                              const struct host_options *options, const struct clock *clock,
                              char **error);
void sink_close(struct sink *sink);
