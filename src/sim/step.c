/* Steps: what a run might also leave out, so that the least that fails can be searched. */
#include "sim/state.h"

#include <stdarg.h>
#include <stdio.h>

static bool is_kept(const struct run *run, unsigned step)
{
    return !run->kept || step >= RUN_STEPS_MAX || (step < run->kept_count && run->kept[step]);
}

static void tell(const gw_sim *sim, unsigned step, const char *text)
{
    const struct run *run = sim->run;
    if (run->tells)
        fprintf(stderr, "step %u, at %.3f s: %s\n", step, (double)gw_sim_now_ms(sim) / 1000, text);
    if (!run->records || step >= RUN_STEPS_MAX)
        return;
    run->report->steps = step + 1;
    run->report->step[step].at_ms = gw_sim_now_ms(sim);
    memcpy(run->report->step[step].text, text, RUN_STEP_TEXT_SIZE);
}

bool gw_sim_step(gw_sim *sim, const char *format, ...)
{
    unsigned step = sim->run->steps++;
    if (!is_kept(sim->run, step))
        return false;
    if (!sim->run->tells && !sim->run->records)
        return true;
    char text[RUN_STEP_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    tell(sim, step, text);
    return true;
}
