/* say: writes what a floor says in the place of an engine, byte for byte as long as that is. */
#pragma once

#include "peer.h"

enum {
    ID_SIZE = 16,
    INT_SIZE = 4 + 9, /* an integer as an argument: its length, one msgpack integer */
    CLIENT_AT = 4,    /* in what goes to a client: type, gateid, then the ClientID */
};

static inline void put_u16(uint8_t *at, uint16_t value)
{
    memcpy(at, &value, sizeof value);
}

static inline void put_u32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, sizeof value);
}

/* CREATE_ENTITY_ON_CLIENT of an Account without attributes: what a gate says first. */
void say_greeting(struct floor *floor, struct peer *client);
