/* complain: see complain.h. */
#include "base/complain.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define FIELDS_BYTES_MAX 512

void complain(struct complaint *kind, const struct log *log, const struct clock *clock,
              const char *event, const char *format, ...)
{
    uint64_t held_back;
    kind->count++;
    if (!log_limit_pass(&kind->limit, clock->now_ms, &held_back))
        return;
    char fields[FIELDS_BYTES_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(fields, sizeof fields, format, args);
    va_end(args);
    log_warn(log, event, "%s held_back=%" PRIu64, fields, held_back);
}
