/* What games log. */
#include "entity/entity.h"

#include <goworld/log.h>

#include <stdarg.h>
#include <stdio.h>

static const enum log_level levels[] = {
    [GW_LOG_DEBUG] = LOG_DEBUG,
    [GW_LOG_INFO] = LOG_INFO,
    [GW_LOG_WARN] = LOG_WARN,
    [GW_LOG_ERROR] = LOG_ERROR,
};

void gw_log(gw_log_level level, const char *event, const char *format, ...)
{
    struct world *w = world_running();
    enum log_level severity = (unsigned)level <= GW_LOG_ERROR ? levels[level] : LOG_ERROR;
    if (severity < w->desc.log->level)
        return;
    char fields[LOG_LINE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(fields, sizeof fields, format, args);
    va_end(args);
    const struct entity *e = entity_find(w, w->caller);
    if (e)
        log_event(w->desc.log, severity, event, "entity=%s/" GW_ID_FORMAT " %s", e->type->def->name,
                  GW_ID_ARG(e->base.id), fields);
    else
        log_event(w->desc.log, severity, event, "%s", fields);
}
