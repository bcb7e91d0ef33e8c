/* Chance, for games. */
#include "entity/state.h"

#include <goworld/random.h>

uint64_t gw_random(uint64_t count)
{
    return count ? random_below(&world_running()->random, count) : 0;
}

double gw_random_f64(void)
{
    return (double)(random_next(&world_running()->random) >> 11) * 0x1p-53;
}
