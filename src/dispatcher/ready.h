/* ready: says once that all games and gates of the deployment are there. */
#pragma once

struct dispatcher;

/* Called after each registration. */
void ready_check(struct dispatcher *d);
