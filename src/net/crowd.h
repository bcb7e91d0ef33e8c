/* crowd: how many connections there are from each address, so that none has more than its share. */
#pragma once

#include <goworld/types.h>

struct sockaddr;
struct crowd;
struct crowd_place; /* an address with at least one connection */

/* `max` connections from one address, >= 1; `seed` keeps peers from choosing colliding addresses.
 */
struct crowd *crowd_create(unsigned max, uint64_t seed);
void crowd_destroy(struct crowd *crowd); /* all have left; NULL does nothing */

/* One more connection from there: an IPv4 address, also one written as IPv6, or the first 64 bits
 * of an IPv6 address, since whoever has one of these has them all. NULL when it has `max` already.
 * Other kinds of address count as one. */
struct crowd_place *crowd_enter(struct crowd *crowd, const struct sockaddr *address);
void crowd_leave(struct crowd_place *place); /* NULL does nothing */

size_t crowd_addresses(const struct crowd *crowd);
