/* gate: the far end of a client without a network, and a diary of what the client's handlers are
 * told. */
#pragma once

#include "client/client.h"
#include "client/transport.h"

#include "unit/hex.h"

#include <stdio.h>

#define PLAYER "awNEKGhsggslAAAC"
#define OTHER "awNEKGhsggslAAAD"

/* The client takes it as its transport, and it stays the test's: it is freed with the test's frame.
 */
struct gate {
    struct transport base;
    bool refuses, is_silent; /* attempts fail; attempts never end */
    bool is_connected;
    unsigned dials, hang_ups;
    struct buf to_client;   /* what the client has not read yet */
    struct buf from_client; /* what it has sent */
    size_t piece_bytes;     /* that one read brings; 0: all */
    size_t room_bytes;      /* that the client may still send; SIZE_MAX at first */
    struct failure *ends;   /* when all is read, the connection ends like that; NULL: it goes on */
    struct buf diary;       /* a line for each event */
    gwc_client *client;
    int64_t now_ms;
};

/* Opens a client with this desc, whose handlers write the diary where they are NULL. */
void gate_open(struct gate *gate, const gwc_desc *desc);
void gate_close(struct gate *gate);                  /* destroys the client */
void gate_turn(struct gate *gate, int64_t later_ms); /* gwc_process, so much later */

/* What the gate says: packets as hexadecimal digits without their length, or made of their parts.
 */
void gate_say_hex(struct gate *gate, const char *payload);
void gate_say_create(struct gate *gate, bool is_player, const char *id, const char *type,
                     const char *attrs_hex);
void gate_say_destroy(struct gate *gate, const char *id);
/* A change: its type, "c0" or another path, then what follows the path. */
void gate_say_change(struct gate *gate, uint16_t type, const char *path_hex, const char *rest_hex);
void gate_say_call(struct gate *gate, const char *id, const char *method, const char *args_hex);

void gate_note(struct gate *gate, const char *format, ...) GW_PRINTF(2, 3);
/* The diary since the last look has to be this: lines joined by "; ". */
void gate_expect(struct gate *gate, const char *diary);
/* What the client has sent since the last look has to be this. */
void gate_expect_sent(struct gate *gate, const char *hex);

/* Appends a value as text: [1,2], {a:1}. */
void print_value(struct buf *out, const gwc_value *value);
