/* messages: every message of the protocol as a struct with a reader and a writer, made from
 * messages.inl. */
#pragma once

#include "wire/reader.h"
#include "wire/writer.h"

/* The manifest (messages.inl) has a row for each message:
 *
 *     MSG(CALL_ENTITY_METHOD, call_entity_method, 6, (id, entity), (str, method), (args, args))
 *
 * which becomes
 *
 *     enum { MSG_CALL_ENTITY_METHOD = 6 };
 *     struct msg_call_entity_method { gw_id entity; struct view method; struct view args; };
 *     bool msg_call_entity_method_read(struct view payload, struct msg_call_entity_method *m);
 *     void msg_call_entity_method_write(struct buf *b, const struct msg_call_entity_method *m);
 *
 * The reader wants the payload whole (type included), the right type, every field and nothing
 * behind the last one; it returns false otherwise, and *m is then undefined. Views borrow from the
 * payload. The writer appends the payload (type included). The writer takes a view of no bytes as
 * an args or strmap without entries.
 *
 * Field kinds: u8 u16 u32 u64 bool f32 id; str, data, bytes (a VarStr/Data/VarBytes: struct view),
 * args (u16 count and that many Data: a view of all of it), ids (u32 n, n x id: a view of the ids'
 * bytes), u16s (u16 n, n x u16: likewise), strmap (u32 n, pairs of VarStr: a view of all of it,
 * count included), rest (all that follows: a view). */
enum msg_type {
#define MSG(NAME, name, number, ...) MSG_##NAME = number,
#include "wire/messages.inl"
#undef MSG
};

/* What the type of spaces is called, whatever a game calls it. */
#define SPACE_TYPE_NAME "__space__"

/* "CALL_ENTITY_METHOD", or NULL when there is no such message; of two names the plain one. */
const char *msg_name(uint16_t type);
uint16_t msg_type_of(struct view payload); /* 0 when there are no two bytes */

/* Whether it is a call of an entity's method, by an entity or by a client, and whose. */
bool msg_is_call(struct view payload, gw_id *entity);

/* Messages with numbers below this are GoWorld's; from here on they are ours and go only to peers
 * that said HELLO. */
#define MSG_OWN_FIRST 3000u
#define HELLO_VERSION 1u

/* struct, reader and writer of every message: see above. */
#include "wire/messages_generate.h"
