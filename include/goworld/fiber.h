/* Fibers: a method marked GW_FIBER may wait for an answer in the middle and then go on.
 *
 * Only functions named gw_await_* wait; elsewhere they give GW_ENOFIBER at once. Across a wait stay
 * valid: self, arguments and locals; pointers to other entities do not. Other calls on the entity
 * may run meanwhile. When the entity is destroyed every wait gives GW_ECANCELED: return then, self
 * is no longer alive. */
#pragma once

#include <goworld/entity.h>
#include <goworld/timer.h>

/* Goes on after that time; 0 lets everything else that is due run first. GW_EINVAL when it is
 * negative or over GW_TIMER_DELAY_MS_MAX. */
GW_NODISCARD gw_err gw_await_sleep(int64_t delay_ms);

/* Goes on when storage has what is persistent of the entity, as it is now. GW_EINVAL when its type
 * is not. */
GW_NODISCARD gw_err gw_await_save(gw_entity *entity);

/* Gives GW_OK when storage has such an entity, else GW_ENOTFOUND. */
GW_NODISCARD gw_err gw_await_saved(const gw_entity_type *type, gw_id id);

/* Passwords, by libsodium's password hash on a worker thread. `hash` is the caller's, cleared with
 * gw_text_clear. GW_EINVAL for more than 1,024 bytes, GW_EFULL when very many wait. */
GW_NODISCARD gw_err gw_await_password_hash(gw_text *hash, const char *password);
/* GW_EDENIED when the password is not the one of the hash. */
GW_NODISCARD gw_err gw_await_password_check(const char *hash, const char *password);
