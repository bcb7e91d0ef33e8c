/* starter: the small game that `goworld new` writes, examples/starter with another name. */
#pragma once

#include <goworld/types.h>

/* It listens on 14000 + number for clients, on 24000 + number for browsers, and so on. */
#define STARTER_NUMBER_MIN 1u
#define STARTER_NUMBER_MAX 99u
#define STARTER_PORT_PAGE 24000u

/* The least number on whose ports nobody listens now; STARTER_NUMBER_MIN when there is none. */
unsigned starter_free_number(void);
/* Whether one of its files or folders has that name. */
bool starter_holds(const char *name);
/* Writes it into an empty folder. A failure is told on standard error. */
GW_NODISCARD gw_err starter_write(const char *dir, const char *name, unsigned number);
