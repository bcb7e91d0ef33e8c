/* from_dispatcher: what a game does with each message from a dispatcher. */
#pragma once

#include "wire/reader.h"

/* The dispatchers' event: `user` is the game. */
void game_packets(void *user, unsigned index, const struct view *packets, size_t count);
