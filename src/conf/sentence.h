/* sentence: a formatted error text on the heap. */
#pragma once

#include <goworld/types.h>

/* Returns a text that the caller frees. */
char *sentence(const char *format, ...) GW_PRINTF(1, 2);
