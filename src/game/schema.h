/* schema: tells what a game is made of, from its table. */
#pragma once

#include "entity/type.h"

#include <goworld/game.h>

/* `-schema [-js | -c]`, with argv[0] the -schema: prints it; returns the exit code. */
int schema_main(const gw_game *game, int argc, char **argv);

/* A form in which it is told. */
struct schema_form {
    const char *flag; /* "": the one without a flag */
    gw_err (*write)(struct buf *out, const struct type *types, size_t count, char **error);
};

/* Appends what the table says to `out`. On failure *error is a sentence the caller frees. */
GW_NODISCARD gw_err schema_write(const gw_game *game, const struct schema_form *form,
                                 struct buf *out, char **error);

/* NULL: there is no such form. */
const struct schema_form *schema_form_of(const char *flag);

/* The name of an attribute's type. */
const char *schema_value_type(gw_value_type type);
