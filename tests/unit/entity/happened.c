/* happened: see happened.h. */
#include "happened.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static char happened[4096];

void note(const char *format, ...)
{
    size_t used = strlen(happened);
    va_list args;
    va_start(args, format);
    vsnprintf(happened + used, sizeof happened - used, format, args);
    va_end(args);
}

void assert_happened(const char *expected)
{
    assert_string_equal(happened, expected);
    forget_happened();
}

void forget_happened(void)
{
    happened[0] = '\0';
}
