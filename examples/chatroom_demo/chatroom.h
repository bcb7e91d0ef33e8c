/* The chatroom: an Account registers and logs in, an Avatar talks in the channels. */
#pragma once

#include <goworld/goworld.h>

#define NAME_BYTES_MAX 32
#define CHANNEL_BYTES_MAX 32
#define CHAT_BYTES_MAX 2000

extern const gw_entity_type Account_type, Avatar_type;

/* What the database keeps under "account$NAME". */
typedef struct Login {
    gw_text password_hash;
    gw_id avatar;
} Login;

/* A connection starts as an Account and ends as an Avatar. */
typedef struct Account {
    gw_entity base;
    bool busy; /* a registration or login is under way */
} Account;

typedef struct Avatar {
    gw_entity base;
    gw_text name;
    gw_text chatroom; /* the channel it hears and talks in */
} Avatar;
