/* modes: what the load generator can measure; each prints one line of key=value. */
#pragma once

#include "options.h"

/* Echo calls in a closed loop: rate, latency, CPU time per echo of each process. */
void echo_run(const struct options *options);
/* Chat to all clients in a closed loop: the same per delivery; some clients may never read. */
void chat_run(const struct options *options);
/* Calls between entities: oneway, ask or local. */
void calls_run(const struct options *options);
/* Clients that only stay: memory per client of each process. */
void idle_run(const struct options *options);
/* Clients that move their players: how late others see it, CPU time per position of each process.
 */
void move_run(const struct options *options);
/* Entities that only stay: memory per entity of each process. */
void fill_run(const struct options *options);
/* An echo each millisecond beside -to entities and -pairs that are being saved, while the games are
 * reloaded: the longest time in which none came, and what the old and the new process use. */
void gap_run(const struct options *options);
