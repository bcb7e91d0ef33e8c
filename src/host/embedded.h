/* embedded: a file that the build has put into the program (cmake/Embed.cmake). */
#pragma once

#include <stddef.h>

/* A table of them ends with a NULL name. */
struct embedded_file {
    const char *name; /* "goworld.js" */
    const unsigned char *data;
    size_t size;
};
