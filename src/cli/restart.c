/* restart: see restart.h. */
#include "cli/restart.h"

void restart_serves(struct restart *restart, int64_t now_ms)
{
    restart->serves = true;
    restart->serving_at_ms = now_ms;
}

static int64_t delay_ms(unsigned tries)
{
    int64_t delay = RESTART_DELAY_MIN_MS;
    while (tries-- > 0 && delay < RESTART_DELAY_MAX_MS)
        delay *= 2;
    return delay < RESTART_DELAY_MAX_MS ? delay : RESTART_DELAY_MAX_MS;
}

int64_t restart_died(struct restart *restart, int64_t now_ms)
{
    if (restart->serves && now_ms - restart->serving_at_ms >= RESTART_STEADY_MS)
        restart->tries = 0;
    restart->serves = false;
    if (restart->tries >= restart->tries_max)
        return CLOCK_NEVER;
    int64_t due_ms = now_ms + delay_ms(restart->tries);
    restart->tries++;
    restart->total++;
    return due_ms;
}
