/* from_dispatcher: what a game does with each message from a dispatcher. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The dispatchers' events: `user` is the game. */
void game_packet(void *user, unsigned index, const uint8_t *payload, size_t size);
/* One that will come in some packets from now: its entity is fetched into the cache. */
void game_packet_ahead(void *user, const uint8_t *payload, size_t size);
