/* The key-value database that all games of a cluster share: for what is looked up by name, not by
 * EntityID.
 *
 * A value is bytes, or a record described by a table, which a later program with other fields still
 * reads:
 *
 *     typedef struct Login { gw_text password_hash; gw_id avatar; } Login;
 *     static const gw_field Login_fields[] = {
 *         GW_FIELD(Login, password_hash), GW_FIELD(Login, avatar), GW_FIELD_END
 *     };
 */
#pragma once

#include <goworld/value.h>

/* In fibers. A record that is read is the caller's: clear it with gw_record_clear. Keys are printf
 * formats, at most GW_KV_KEY_BYTES_MAX bytes long (else GW_EINVAL). On failure the record is left
 * as it was. */
#define GW_KV_KEY_BYTES_MAX 512
GW_NODISCARD gw_err gw_await_kv_get(const gw_field *fields, void *record, const char *key, ...)
    GW_PRINTF(3, 4);
GW_NODISCARD gw_err gw_await_kv_put(const gw_field *fields, const void *record, const char *key,
                                    ...) GW_PRINTF(3, 4);
/* Atomic, whoever else tries in the cluster: GW_EEXIST when the key has a value already, which then
 * stays. */
GW_NODISCARD gw_err gw_await_kv_put_if_absent(const gw_field *fields, const void *record,
                                              const char *key, ...) GW_PRINTF(3, 4);
GW_NODISCARD gw_err gw_await_kv_remove(const char *key, ...) GW_PRINTF(1, 2);

/* With a callback, for any bytes. `answer` runs later, never inside the call; `value` lasts for the
 * call and is empty unless a value was found (GW_OK of get, GW_EEXIST of put_if_absent). It runs
 * outside any entity: keep ids, and look them up. Keys and values are copied. GW_EFULL when too
 * many requests wait: no answer comes then. */
typedef void (*gw_kv_answer)(void *argument, gw_err err, const void *value, size_t size);
GW_NODISCARD gw_err gw_kv_get(const char *key, gw_kv_answer answer, void *argument);
GW_NODISCARD gw_err gw_kv_put(const char *key, const void *value, size_t size, gw_kv_answer answer,
                              void *argument);
GW_NODISCARD gw_err gw_kv_put_if_absent(const char *key, const void *value, size_t size,
                                        gw_kv_answer answer, void *argument);
GW_NODISCARD gw_err gw_kv_remove(const char *key, gw_kv_answer answer, void *argument);

/* Calls `each` for every pair with begin <= key < end in byte order, at most `limit` (0: no limit),
 * then `done`. */
typedef void (*gw_kv_pair)(void *argument, const char *key, const void *value, size_t size);
typedef void (*gw_kv_done)(void *argument, gw_err err);
GW_NODISCARD gw_err gw_kv_range(const char *begin, const char *end, uint32_t limit, gw_kv_pair each,
                                gw_kv_done done, void *argument);
