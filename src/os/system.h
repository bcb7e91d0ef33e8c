/* system: what a process asks its operating system besides input and output. */
#pragma once

#include <goworld/types.h>

/* Three bytes that differ from host to host, for id_source. GoWorld takes them from md5(hostname);
 * ids need only that they differ, so they come from hash64 of the hostname. */
void os_host_bytes(uint8_t out[3]);
uint16_t os_pid16(void); /* the low half of the pid, for id_source */
uint64_t os_random_seed(void);
void os_random_bytes(void *bytes, size_t size); /* that nobody can guess */

/* Lets the process open as many files as it may; returns how many. */
uint64_t os_files_max_raise(void);

int64_t os_monotonic_ms(void); /* starts anywhere; a loop has a clock of its own */
int64_t os_wall_ms(void);      /* Unix time */

struct os_usage {
    uint64_t cpu_ns;    /* user and system, all threads, since the start */
    uint64_t rss_bytes; /* in memory now */
};
void os_usage(struct os_usage *out);

enum os_terminal {
    OS_TERMINAL_NONE,   /* a file, a pipe */
    OS_TERMINAL_PLAIN,  /* without colours: it has none, or NO_COLOR asks for none */
    OS_TERMINAL_COLOUR, /* 256 of them */
};
/* What a descriptor leads to. */
enum os_terminal os_terminal(int fd);
