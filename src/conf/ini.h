/* ini: splits the text of a goworld.ini into sections, keys and values, each with its line. */
#pragma once

#include <goworld/types.h>

struct ini_entry {
    char *section; /* lower case */
    char *key;     /* lower case; NULL for the line that opens the section */
    char *value;   /* unquoted, without comment; NULL when key is NULL */
    unsigned line; /* of the key, from 1 */
};

struct ini {
    struct ini_entry *entries; /* in the file's order */
    size_t count, capacity;
};

#define INI_BYTES_MAX (1u << 20)

/* GoWorld's dialect: `;` and `#` start a comment anywhere, backticks quote (over lines, too), `:`
 * delimits like `=`, a final `\` continues the line. On failure *error is a sentence the caller
 * frees, *line where it happened. */
GW_NODISCARD gw_err ini_parse(struct ini *ini, const char *bytes, size_t size, unsigned *line,
                              char **error);
void ini_free(struct ini *ini);
