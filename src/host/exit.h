/* exit: what the exit code of a process tells whoever started it, besides 0 and 1. */
#pragma once

enum exit_code {
    EXIT_WRONG_USAGE = 2,
    /* It was told to end, and has not saved everything: it is not to be started again for that. */
    EXIT_UNSAVED = 74, /* EX_IOERR of sysexits.h: no number that a game would choose */
};
