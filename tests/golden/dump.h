/* dump: reads a recorded session, packet by packet (README.md). */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct dump {
    FILE *file;
    /* Of the packet that was read last. */
    bool is_from_client;
    size_t size;
    uint8_t payload[2048];
};

static inline void dump_open(struct dump *dump, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, GW_SOURCE_DIR "/tests/golden/%s.dump", name);
    *dump = (struct dump){.file = fopen(path, "r")};
    assert_non_null(dump->file);
}

static inline void dump_close(struct dump *dump)
{
    fclose(dump->file);
}

/* Reads the next packet; false at the end. */
static inline bool dump_next(struct dump *dump)
{
    char line[2 * sizeof dump->payload + 64];
    if (!fgets(line, sizeof line, dump->file))
        return false;
    const char *hex = strrchr(line, ' ') + 1;
    dump->is_from_client = strstr(line, " C>S ");
    dump->size = 0;
    for (unsigned byte; sscanf(hex + dump->size * 2, "%2x", &byte) == 1; dump->size++)
        dump->payload[dump->size] = (uint8_t)byte;
    return true;
}

/* The same, but for what the client sent. */
static inline bool dump_next_from_server(struct dump *dump)
{
    while (dump_next(dump))
        if (!dump->is_from_client)
            return true;
    return false;
}
