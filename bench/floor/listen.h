/* listen: opens the socket on which clients come. */
#pragma once

#include <stdint.h>

/* On 127.0.0.1; port 0 is any, and becomes the one it is. Ends the process when that fails. */
int listen_on(uint16_t *port);
