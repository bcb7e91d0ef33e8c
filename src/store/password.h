/* password: libsodium's password hash, computed on a worker because it is slow on purpose. */
#pragma once

#include "os/worker.h"

#include <goworld/types.h>

#define PASSWORD_HASH_SIZE 128 /* crypto_pwhash_STRBYTES, NUL included */

/* `hash` lasts for the call; empty when err. */
typedef void (*password_hashed)(void *user, gw_err err, const char *hash);
typedef void (*password_checked)(void *user,
                                 gw_err err); /* GW_OK, or GW_EDENIED when it does not fit */

/* At most PASSWORD_PENDING_MAX run or wait at once (each takes 64 MiB while it runs): then
 * GW_EFULL. Passwords are copied, and wiped afterwards. */
#define PASSWORD_PENDING_MAX 256
#define PASSWORD_BYTES_MAX 1024 /* longer: GW_EINVAL, as for a hash that cannot be one */
/* What a hash costs to compute: time and memory that a thief has to spend as well. */
enum password_cost {
    PASSWORD_COST_LOGIN, /* some 50 ms and 64 MiB: for people who log in */
    PASSWORD_COST_LEAST, /* as little as can be: for tests and the simulator */
};

struct passwords;
struct passwords *passwords_create(struct worker_pool *workers, enum password_cost cost);
void passwords_destroy(struct passwords *p); /* idle only; NULL does nothing */
GW_NODISCARD gw_err password_hash(struct passwords *p, const char *password, password_hashed done,
                                  void *user);
GW_NODISCARD gw_err password_check(struct passwords *p, const char *hash, const char *password,
                                   password_checked done, void *user);
bool passwords_are_idle(const struct passwords *p);
