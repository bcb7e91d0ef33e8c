/* signature: the arguments in a method's signature, one after the other. */
#pragma once

#include <goworld/types.h>

/* One argument; both texts borrow from the signature and have no NUL. */
struct signature_argument {
    const char *type, *name;
    size_t type_size, name_size;
};

/* Takes the next argument of "str text, i64 count, " and moves *at behind it; false: that was all.
 */
bool signature_next(const char **at, struct signature_argument *out);
