/* Calls by name, with arguments that are put together while the game runs: for what no list of
 * rpc.h knows at compile time.
 *
 *     gw_call(target, "Heal", GW_LIST(5, "potion"));
 *
 * The elements of the list are the arguments, in the forms of a tree: integers arrive as i64,
 * floats as f64; every argument of a number's type takes them. */
#pragma once

#include <goworld/client.h>
#include <goworld/tree.h>

/* As a stub of rpc.h calls: a method of an entity anywhere, of clients. The list is copied; the
 * handle of none is no arguments. A name of more than 63 bytes is refused (logged). */
void gw_call(gw_id to, const char *method, gw_list args);
void gw_call_clients(gw_clients to, const char *method, gw_list args);

/* Waits for the answer of a method, in fibers: what it gives back, as a loose list; of a method
 * that gives nothing an empty one, when it has run. 0 for the time-out is GW_ASK_TIMEOUT_MS. Errors
 * as in rpc.h; on failure *answer is untouched. */
GW_NODISCARD gw_err gw_await_call(gw_id to, const char *method, int64_t timeout_ms, gw_list args,
                                  gw_list *answer);

/* The same anywhere: `answer` is called with it once, later, outside any entity, also when the one
 * that asked is gone by then: keep ids, and look them up. */
typedef void (*gw_list_answer)(void *argument, gw_err err, gw_list answer);
GW_NODISCARD gw_err gw_ask(gw_id to, const char *method, int64_t timeout_ms, gw_list args,
                           gw_list_answer answer, void *argument);
