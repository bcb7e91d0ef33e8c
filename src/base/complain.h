/* complain: counts what had to be refused, and says each kind at most once per interval. */
#pragma once

#include "base/clock.h"
#include "base/log.h"

#include <goworld/types.h>

/* One kind of trouble. Zero is ready to use; `count` is what a metric shows. */
struct complaint {
    uint64_t count;
    struct log_limit limit;
};

/* Counts one more; writes a warning with the fields and how many were held back since the last one.
 */
void complain(struct complaint *kind, const struct log *log, const struct clock *clock,
              const char *event, const char *format, ...) GW_PRINTF(5, 6);
