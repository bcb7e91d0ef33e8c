/* manual: prints the pages of the manual in the form that man reads. */
#pragma once

#define MANUAL_PAGES "goworld.1 goworld.ini.5"

/* `page` is one of the above; returns the exit code. */
int manual_run(const char *page);
