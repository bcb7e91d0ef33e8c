/* sentence: a formatted error text on the heap. */
#include "base/sentence.h"

#include "base/buf.h"

#include <stdio.h>

char *sentence_of(const char *format, va_list args)
{
    char *text;
    return vasprintf(&text, format, args) < 0 ? mem_strdup(format) : text;
}

char *sentence(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = sentence_of(format, args);
    va_end(args);
    return text;
}
