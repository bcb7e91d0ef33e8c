/* asked: see asked.h. An empty variable is as good as none, but for a list of no steps. */
#include "sim/asked.h"

#include "base/buf.h"
#include "os/child.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn static void refuse(const char *variable, const char *text, const char *what)
{
    fprintf(stderr, "%s=%s: %s\n", variable, text, what);
    os_child_exit(ASKED_EXIT_CODE); /* no other word of the exit's handlers */
}

static const char *value_of(const char *variable)
{
    const char *text = getenv(variable);
    return text && *text ? text : NULL;
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* Digits only: strtoull alone would take signs and spaces. Moves `text` behind them. */
static bool take_number(const char **text, uint64_t *number)
{
    char *end;
    if (!isdigit((unsigned char)**text))
        return false;
    errno = 0;
    *number = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0;
}

static bool is_number(const char *text, uint64_t *number)
{
    return take_number(&text, number) && !*text;
}

/* ---- steps: "3,7-9" ------------------------------------------------------------------------- */

static bool take_range(const char **text, uint8_t *kept)
{
    uint64_t first, last;
    if (!take_number(text, &first))
        return false;
    last = first;
    if (**text == '-') {
        ++*text;
        if (!take_number(text, &last))
            return false;
    }
    if (first > last || last >= RUN_STEPS_MAX)
        return false;
    memset(kept + first, 1, last - first + 1);
    return true;
}

static bool read_steps(const char *text, uint8_t *kept)
{
    if (!*text)
        return true;
    while (take_range(&text, kept)) {
        if (!*text)
            return true;
        if (*text++ != ',')
            return false;
    }
    return false;
}

static uint8_t *asked_steps(bool one_seed)
{
    const char *text = getenv("GW_SIM_STEPS");
    if (!text)
        return NULL;
    if (!one_seed)
        refuse("GW_SIM_STEPS", text, "steps are those of one seed: set GW_SIM_SEED as well");
    uint8_t *kept = mem_zalloc(RUN_STEPS_MAX);
    if (!read_steps(text, kept))
        refuse("GW_SIM_STEPS", text, "not a list of steps, such as 3,7-9");
    return kept;
}

/* ---- all of it ------------------------------------------------------------------------------ */

uint64_t asked_seeds(void)
{
    uint64_t seeds = 0;
    const char *text = value_of("GW_SIM_SEEDS");
    if (text && (!is_number(text, &seeds) || !seeds || seeds > ASKED_SEEDS_MAX))
        refuse("GW_SIM_SEEDS", text, "not a number of seeds, 1 to 1000000000");
    return seeds;
}

struct asked asked_read(void)
{
    enum log_level level;
    struct asked asked = {.seeds = asked_seeds()};
    const char *seed = value_of("GW_SIM_SEED");
    if (seed && !is_number(seed, &asked.seed))
        refuse("GW_SIM_SEED", seed, "not a seed, which is a number");
    asked_log_level(&level); /* here it is this process that refuses it, not a silent child */
    asked.one_seed = seed;
    asked.kept = asked_steps(asked.one_seed);
    return asked;
}

bool asked_log_level(enum log_level *level)
{
    const char *text = value_of("GW_SIM_LOG");
    if (text && log_level_parse(text, level) != GW_OK)
        refuse("GW_SIM_LOG", text, "not a level: debug, info, warn, error");
    return text;
}

/* ---- which property: each knows of itself only, so it is at the end that none was it ----------
 */

static bool any_was_it;

static void fail_when_none_was_it(void)
{
    if (any_was_it)
        return;
    fprintf(stderr, "GW_SIM_ONLY=%s: no property of this program has this name\n",
            getenv("GW_SIM_ONLY"));
    os_child_exit(ASKED_EXIT_CODE);
}

bool asked_leaves_out(const char *property)
{
    static bool is_watched;
    const char *only = value_of("GW_SIM_ONLY");
    if (!only)
        return false;
    if (!is_watched)
        is_watched = atexit(fail_when_none_was_it) == 0;
    bool is_it = strcmp(only, property) == 0;
    any_was_it = any_was_it || is_it;
    return !is_it;
}
