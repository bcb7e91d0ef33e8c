/* abandon: closes a link whose owner goes away before it. */
#pragma once

#include "net/link.h"

/* The owner hears nothing of the link any more, not even `closed`. */
void link_abandon(struct link *link, const char *reason);
