/* What the game that is measured consists of. */
#pragma once

#include <goworld/goworld.h>

typedef struct Account {
    gw_entity base;
    int64_t level;
} Account;

extern const gw_entity_type Account_type, Field_type;
