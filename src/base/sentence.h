/* sentence: a formatted error text on the heap. */
#pragma once

#include <goworld/types.h>

#include <stdarg.h>

/* Returns a text that the caller frees. */
char *sentence(const char *format, ...) GW_PRINTF(1, 2);
char *sentence_of(const char *format, va_list args) GW_PRINTF(1, 0);
