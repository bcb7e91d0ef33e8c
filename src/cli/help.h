/* help: tells on the terminal what goworld can do. */
#pragma once

#include <stdio.h>

/* All commands. */
void help_print(FILE *out);
/* More about one of them, or all when `about` is NULL; returns the exit code. */
int help_run(const char *about);
