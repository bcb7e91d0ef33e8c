/* Chance. */
#pragma once

#include <goworld/types.h>

/* 0 to count - 1, each as likely; 0 for a count of 0. Not for secrets. In the simulator the numbers
 * follow from the seed. */
uint64_t gw_random(uint64_t count);
double gw_random_f64(void); /* from 0 to below 1 */
