/* attrs: one change of the server to the tree of attributes that mirrors it. */
#pragma once

#include "client/value.h"
#include "wire/reader.h"

enum { ATTRS_PATH_MAX = 32 }; /* keys and indices in a path, of a peer */

/* A change as it was read. Zero it before it is filled; attrs_change_free when the handlers have
 * seen it. */
struct attrs_change {
    gwc_change_kind kind;
    gwc_value path; /* a list of keys and indices from the innermost container out, or nil */
    struct view key;
    uint32_t index;
    gwc_value value; /* moved into the tree */

    /* What attrs_apply fills in. */
    gwc_step steps[ATTRS_PATH_MAX + 1];
    gwc_value before;  /* what was replaced or removed */
    char *gone_key;    /* of what was removed, or NULL */
    gwc_change told;   /* what handlers are shown; borrows all of this, and the tree */
    size_t slot_bytes; /* of the pair or item that has come or gone */
};

/* Changes the tree and fills in `told`. Returns NULL, or why the tree does not fit the change, in a
 * static sentence: then it is as it was. */
const char *attrs_apply(gwc_value *root, struct attrs_change *change);
void attrs_change_free(struct attrs_change *change);
