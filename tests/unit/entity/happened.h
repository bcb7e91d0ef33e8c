/* happened: what a game under test has noted, in order. */
#pragma once

#include <goworld/types.h>

void note(const char *format, ...) GW_PRINTF(1, 2);

/* What was noted since the last time. */
void assert_happened(const char *expected);
void forget_happened(void);
