/* msgpack: the one place that reads and writes msgpack values, in the forms that clients need. */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

#define MSGPACK_DEPTH_MAX 32u /* nesting that a peer may send */

/* Writers: ints of every width keep the form that clients rely on (docs/internals/protocol.md 1):
 * int64 is always d3. */
void msgpack_write_nil(struct buf *b);
void msgpack_write_bool(struct buf *b, bool value);
void msgpack_write_i8(struct buf *b, int8_t value);
void msgpack_write_i16(struct buf *b, int16_t value);
void msgpack_write_i32(struct buf *b, int32_t value);
void msgpack_write_i64(struct buf *b, int64_t value);
void msgpack_write_u8(struct buf *b, uint8_t value);
void msgpack_write_u16(struct buf *b, uint16_t value);
void msgpack_write_u32(struct buf *b, uint32_t value);
void msgpack_write_u64(struct buf *b, uint64_t value);
void msgpack_write_f32(struct buf *b, float value);
void msgpack_write_f64(struct buf *b, double value);
void msgpack_write_str(struct buf *b, const char *text, size_t size);
void msgpack_write_bin(struct buf *b, const void *bytes, size_t size);
void msgpack_write_map(struct buf *b, uint32_t count); /* count pairs follow */
void msgpack_write_array(struct buf *b, uint32_t count);
void msgpack_write_time(struct buf *b, int64_t unix_ms); /* ext -1 of 8 bytes */
void msgpack_write_vec3(struct buf *b, gw_vec3 value);   /* a map of X, Y, Z as f32 */

/* Checks that ONE whole value stands at the start; *value is a view of it without what follows
 * (Unity pads with zeros). GW_EFULL: it is nested deeper than MSGPACK_DEPTH_MAX; GW_EPROTO: it is
 * no value. Every reader below wants a checked value. */
GW_NODISCARD gw_err msgpack_check(struct view data, struct view *value);
/* The same for less nesting: 1 is a list or map without others inside; at most MSGPACK_DEPTH_MAX.
 */
GW_NODISCARD gw_err msgpack_check_depth(struct view data, unsigned depth_max, struct view *value);

/* Readers take every int form for an int and every int or float form for a float, nil for zero, bin
 * for str. Anything else, and a number out of the range, is GW_EINVAL; outputs are then untouched.
 */
GW_NODISCARD gw_err msgpack_read_bool(struct view value, bool *out);
GW_NODISCARD gw_err msgpack_read_int(struct view value, int64_t min, int64_t max, int64_t *out);
GW_NODISCARD gw_err msgpack_read_uint(struct view value, uint64_t max, uint64_t *out);
GW_NODISCARD gw_err msgpack_read_f64(struct view value, double *out);
GW_NODISCARD gw_err msgpack_read_str(struct view value, struct view *out);
GW_NODISCARD gw_err msgpack_read_bin(struct view value, struct view *out);  /* str as well */
GW_NODISCARD gw_err msgpack_read_time(struct view value, int64_t *unix_ms); /* ext -1 */
GW_NODISCARD gw_err msgpack_read_vec3(struct view value,
                                      gw_vec3 *out); /* map X Y Z, or array of 3; finite */

/* Walks a checked map; *rest starts as the map's value. */
struct msgpack_pairs {
    struct view rest;
    uint32_t left;
};
GW_NODISCARD gw_err msgpack_read_map(struct view value,
                                     struct msgpack_pairs *pairs); /* nil: an empty map */
/* Returns false at the end or when a key is no string (then pairs->left > 0). */
bool msgpack_next_pair(struct msgpack_pairs *pairs, struct view *key, struct view *value);

/* Walks a checked array likewise. */
struct msgpack_items {
    struct view rest;
    uint32_t left;
};
GW_NODISCARD gw_err msgpack_read_array(struct view value,
                                       struct msgpack_items *items); /* nil: an empty one */
bool msgpack_next_item(struct msgpack_items *items, struct view *value);
