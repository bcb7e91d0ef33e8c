/* sections: the tables of all sections of goworld.ini, and which table a section's name means. */
#pragma once

#include "conf/key.h"

enum section_kind {
    SECTION_DEBUG,
    SECTION_DEPLOYMENT,
    SECTION_STORAGE,
    SECTION_KVDB,
    SECTION_DISPATCHER,
    SECTION_GAME,
    SECTION_GATE,
    SECTION_KIND_COUNT
};

struct section {
    const char *name;   /* "storage", or what stands before the number */
    bool numbered;      /* NAME_common and NAME1, NAME2, ... instead of NAME */
    size_t values_size; /* of the struct that the keys describe */
    const struct key *keys;
};

extern const struct section sections[SECTION_KIND_COUNT];

#define SECTION_COMMON 0u

/* Finds the kind and number (SECTION_COMMON for NAME_common and unnumbered sections). On failure
 * *error is a sentence the caller frees. */
GW_NODISCARD gw_err section_find(const char *name, enum section_kind *kind, unsigned *number,
                                 char **error);
