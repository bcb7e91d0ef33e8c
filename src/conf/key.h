/* key: describes one setting of goworld.ini, so that reading, defaults, checks and help come from
 * one table. */
#pragma once

#include <goworld/types.h>

struct conf_address {
    char host[256]; /* a name or a number; "0.0.0.0" is every interface */
    uint16_t port;  /* 0: the system picks one */
};

enum key_type {
    KEY_TEXT,   /* const char * */
    KEY_NAME,   /* const char *: letters, digits and _ */
    KEY_LIST,   /* const char **: parts between commas, ends with NULL */
    KEY_BOOL,   /* bool */
    KEY_OFF,    /* bool: a feature of GoWorld that this build does not offer, so it has to be off */
    KEY_NUMBER, /* unsigned, between min and max */
    KEY_BYTES,  /* size_t, between min and max; takes K, M and G */
    KEY_ADDRESS, /* struct conf_address; "port" alone keeps the default's host, ":port" is every
                    interface */
    KEY_LEVEL,   /* enum log_level */
    KEY_CHOICE,  /* an enum: the place of the word among the choices */
    KEY_IGNORE,  /* known, but without meaning here */
};

struct key {
    const char *name; /* a table ends with NULL; a final * stands for any number */
    enum key_type type;
    size_t offset;
    const char
        *initial; /* the default, as it would stand in the file; NULL is "" (an address: none) */
    const char *help;
    uint64_t min, max;          /* max 0: no limit beyond the type's */
    const char *const *choices; /* ends with NULL */
};

/* Where texts live that a value points to. Zero is empty. */
struct texts {
    void **blocks;
    size_t count, capacity;
};

void *texts_take(struct texts *texts, void *block); /* frees it with texts_free; returns it */
void texts_free(struct texts *texts);

/* NULL when the table has no such key. */
const struct key *key_find(const struct key *table, const char *name);
/* Sets every member that the table describes to its default. */
void key_defaults(const struct key *table, void *values, struct texts *texts);
/* Reads `text` into the member. An empty text changes nothing. On failure *error is what is wrong
 * with the value (the caller frees it) and the member is as it was. */
GW_NODISCARD gw_err key_set(const struct key *key, void *values, const char *text,
                            struct texts *texts, char **error);
