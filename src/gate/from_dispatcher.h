/* from_dispatcher: what a gate does with each message from a dispatcher. */
#pragma once

#include "wire/reader.h"

/* The dispatchers' event: `user` is the gate. */
void from_dispatcher_packets(void *user, unsigned index, const struct view *packets, size_t count);
