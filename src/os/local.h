/* local: connections between two processes of one user on this machine, by a socket that lies in a
 * folder. What is sent and received waits, until a deadline (os_monotonic_ms). */
#pragma once

#include <goworld/types.h>

#include <sys/types.h>

/* Listens at that path, which is a file of this user's then, and nobody else's; one that a dead
 * process has left is replaced. GW_EEXIST: a process listens there; GW_EIO: errno says why. */
GW_NODISCARD gw_err local_listen(const char *path, int *fd);
/* The next who has connected; GW_ENOTFOUND when there is none, GW_EDENIED when it is another
 * user's. Does not wait. */
GW_NODISCARD gw_err local_accept(int listener, int *fd);
/* GW_ENOTFOUND: nobody listens there; GW_EFULL: too many wait there; GW_EIO: errno says why. */
GW_NODISCARD gw_err local_connect(const char *path, int *fd);

/* All of it: GW_ENOTFOUND when the other end has closed, GW_ETIMEDOUT at the deadline; then nobody
 * knows how much was sent, or came. */
GW_NODISCARD gw_err local_send(int fd, const void *bytes, size_t size, int64_t deadline_ms);
GW_NODISCARD gw_err local_receive(int fd, void *bytes, size_t size, int64_t deadline_ms);

/* What has come until now can be received; what is sent later is refused, and its sender knows. */
void local_refuse(int fd);

/* The process that has made the connection, or for who has made it the one that listened; 0 when
 * nobody knows. It may have ended. */
pid_t local_peer(int fd);
/* Whether it has ended, or does within that time. */
bool local_peer_has_ended(int fd, int timeout_ms);
