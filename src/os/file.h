/* file: whole files: read at once, and replaced in one step. */
#pragma once

#include "base/buf.h"

#include <goworld/types.h>

/* Appends what is in the file. GW_ENOTFOUND: there is none; GW_EIO: errno says why. */
GW_NODISCARD gw_err file_read(const char *path, struct buf *out);

/* It is gone, also from the disk. GW_EIO: errno says why not. */
GW_NODISCARD gw_err file_remove(const char *path);

/* The file is either what it was, or all of this, whatever happens meanwhile: it is written under
 * another name beside it, synced to the disk, and renamed. GW_EIO: errno says why, and nothing has
 * changed. */
GW_NODISCARD gw_err file_replace(const char *path, const void *bytes, size_t size);
