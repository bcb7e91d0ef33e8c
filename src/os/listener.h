/* listener: finds who listens on a TCP port of this machine. */
#pragma once

#include <goworld/types.h>

#include <sys/types.h>

struct listener {
    pid_t pid;         /* 0: it is somebody else's, and the system does not say whose */
    char command[512]; /* its command line, cut at the end; empty without a pid */
};

/* Looks for what takes connections for that host ("127.0.0.1"; "0.0.0.0" and what is no IPv4
 * address: for any). Reads /proc of every process: for complaints. GW_ENOTFOUND: nobody does. */
GW_NODISCARD gw_err listener_find(const char *host, uint16_t port, struct listener *out);
