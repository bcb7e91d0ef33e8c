/* sentence: a formatted error text on the heap. */
#include "conf/sentence.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

char *sentence(const char *format, ...)
{
    char *text;
    va_list args;
    va_start(args, format);
    int size = vasprintf(&text, format, args);
    va_end(args);
    return size < 0 ? mem_strdup(format) : text;
}
