/* settled: the memory of the watched processes when they have nothing left to do. */
#pragma once

#include "client.h"
#include "options.h"

/* Reads into rss, by index, until nothing changes any more; gives up after a few seconds. */
void settled_rss(struct load *load, const struct options *options, int64_t *rss);
/* Prints " rss_NAME_bytes=" of each process per unit. */
void settled_print(const struct options *options, const int64_t *before, const int64_t *after,
                   uint32_t units);
