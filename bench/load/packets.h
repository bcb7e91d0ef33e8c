/* packets: the calls that a client makes, and what it reads of those that are made on it. */
#pragma once

#include "wire/messages.h"

/* Writes one framed call of a method of the client's player: begin, as many arguments, end. */
void packets_begin(struct buf *b, gw_id player, const char *method, unsigned arguments);
void packets_add_int(struct buf *b, int64_t value);
void packets_add_str(struct buf *b, const char *text);
void packets_end(struct buf *b);

/* Reads that many integers of a call on the client's player; false when it is another call. */
bool packets_read_ints(struct view payload, const char *method, int64_t *values, unsigned count);
