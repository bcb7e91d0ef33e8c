/* lines: the entries of a goworld.ini by the section they stand in, which say what is in force. */
#pragma once

#include "conf/ini.h"
#include "conf/key.h"
#include "conf/sections.h"

/* Which section an entry stands in. */
struct place {
    enum section_kind kind;
    unsigned number;
};

/* Zero is empty. */
struct lines {
    struct ini ini;
    struct place *places; /* one per entry */
};

void lines_free(struct lines *lines);

/* Whether that entry is a setting of the section NAME<number> (SECTION_COMMON: of NAME_common, or
 * of one without numbers). */
bool lines_is_in(const struct lines *lines, size_t entry, enum section_kind kind, unsigned number);
/* The entry that gives the section's key its value: its own, or that of NAME_common; the last of
 * several, and none that is empty. NULL: the default is in force. */
const struct ini_entry *lines_in_force(const struct lines *lines, enum section_kind kind,
                                       unsigned number, const char *key);

/* A sentence for each setting that stands in its section a second time, up to LINES_REPEATED_MAX of
 * them; the list ends with NULL. `texts` owns it. */
#define LINES_REPEATED_MAX 20
const char *const *lines_repeated(const struct lines *lines, const char *path, struct texts *texts);
