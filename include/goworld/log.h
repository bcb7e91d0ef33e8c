/* The game's own lines in the log of its process. */
#pragma once

#include <goworld/types.h>

typedef enum gw_log_level { GW_LOG_DEBUG, GW_LOG_INFO, GW_LOG_WARN, GW_LOG_ERROR } gw_log_level;

/* One line: time, level, process, the event (a word), the entity whose handler runs, and the
 * fields:
 *
 *     gw_log(GW_LOG_INFO, "trade", "item=%s price=%d", item, price);
 *
 * Less than log_level in goworld.ini is not written. A line has at most some 2,000 bytes; control
 * characters in it are escaped. Say at most once in a while what a client can cause at will. */
void gw_log(gw_log_level level, const char *event, const char *format, ...) GW_PRINTF(3, 4);
