/* from_dispatcher: what a gate does with each message from a dispatcher. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The dispatchers' event: `user` is the gate. */
void from_dispatcher_packet(void *user, unsigned index, const uint8_t *payload, size_t size);
