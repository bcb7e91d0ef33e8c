/* options: see options.h. */
#include "host/options.h"

#include "base/sentence.h"
#include "conf/conf.h"

#include <stdlib.h>

static gw_err read_id(const char *flag, const char *text, unsigned *id, char **error)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (*end != '\0' || number < 1 || number > CONF_PROCESSES_MAX) {
        *error =
            sentence("%s wants a number from 1 to %d, not \"%s\"", flag, CONF_PROCESSES_MAX, text);
        return GW_EINVAL;
    }
    *id = (unsigned)number;
    return GW_OK;
}

static gw_err read_level(const char *text, struct host_options *options, char **error)
{
    if (log_level_parse(text, &options->log_level) != GW_OK) {
        *error = sentence("-log wants debug, info, warn, error or fatal, not \"%s\"", text);
        return GW_EINVAL;
    }
    options->has_log_level = true;
    return GW_OK;
}

/* GW_ENOTFOUND: there is no such option. */
static gw_err read_option(const char *flag, const char *value, const char *id_flag,
                          struct host_options *options, char **error)
{
    if (id_flag && strcmp(flag, id_flag) == 0)
        return read_id(flag, value, &options->id, error);
    if (strcmp(flag, "-log") == 0)
        return read_level(value, options, error);
    if (strcmp(flag, "-configfile") == 0) {
        options->configfile = value;
        return GW_OK;
    }
    *error = sentence("there is no option %s", flag);
    return GW_ENOTFOUND;
}

/* GoWorld's flags may be written with one dash or two. */
static const char *flag_of(const char *arg)
{
    return strncmp(arg, "--", 2) == 0 ? arg + 1 : arg;
}

/* Takes one that has no value. */
static bool is_switch(const char *flag, struct host_options *options)
{
    bool restores = strcmp(flag, "-restore") == 0, resumes = strcmp(flag, "-resume") == 0,
         succeeds = strcmp(flag, "-succeed") == 0;
    options->restores |= restores;
    options->resumes |= resumes;
    options->succeeds |= succeeds;
    return restores || resumes || succeeds || strcmp(flag, "-d") == 0;
}

gw_err host_options_parse(int argc, char **argv, const char *id_flag, struct host_options *out,
                          char **error)
{
    struct host_options options = {.configfile = "goworld.ini"};
    for (int i = 1; i < argc; i++) {
        const char *flag = flag_of(argv[i]);
        if (is_switch(flag, &options))
            continue;
        if (i + 1 == argc) {
            *error = sentence("%s is no option, or wants a value", argv[i]);
            return GW_EINVAL;
        }
        gw_err err = read_option(flag, argv[++i], id_flag, &options, error);
        if (err != GW_OK)
            return err;
    }
    if (id_flag && !options.id) {
        *error = sentence("%s is missing", id_flag);
        return GW_EINVAL;
    }
    *out = options;
    return GW_OK;
}
