/* starter: see starter.h. */
#include "cli/starter.h"

#include "base/sentence.h"
#include "cli/cli.h"
#include "cli/fill.h"
#include "host/embedded.h"
#include "os/listener.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* examples/starter, made by the build: an example like the others, so that it is compiled and
 * tested as it lies there. */
extern const struct embedded_file starter_files[];

#define STARTER_NAME "starter"

/* Of dispatcher1, gate1 and game1; the example has number 1. */
static const unsigned ports[] = {13000, 14000, 23000, STARTER_PORT_PAGE, 25000};

enum { PORT_COUNT = sizeof ports / sizeof *ports, PORT_DIGITS = 8 };

/* What stands in its files, and what the new game has instead. */
struct words {
    struct fill_word list[PORT_COUNT + 2];
    char from[PORT_COUNT][PORT_DIGITS], to[PORT_COUNT][PORT_DIGITS];
};

static bool are_free(unsigned number)
{
    struct listener other;
    for (size_t i = 0; i < PORT_COUNT; i++)
        if (listener_find("127.0.0.1", (uint16_t)(ports[i] + number), &other) == GW_OK)
            return false;
    return true;
}

unsigned starter_free_number(void)
{
    for (unsigned number = STARTER_NUMBER_MIN; number <= STARTER_NUMBER_MAX; number++)
        if (are_free(number))
            return number;
    return STARTER_NUMBER_MIN;
}

bool starter_holds(const char *name)
{
    size_t size = strlen(name);
    for (const struct embedded_file *file = starter_files; file->name; file++)
        if (strncmp(file->name, name, size) == 0 &&
            (file->name[size] == '\0' || file->name[size] == '/'))
            return true;
    return false;
}

static void choose_words(struct words *words, const char *name, unsigned number)
{
    *words = (struct words){.list = {{STARTER_NAME, name}}};
    for (size_t i = 0; i < PORT_COUNT; i++) {
        snprintf(words->from[i], PORT_DIGITS, "%u", ports[i] + 1);
        snprintf(words->to[i], PORT_DIGITS, "%u", ports[i] + number);
        words->list[i + 1] = (struct fill_word){words->from[i], words->to[i]};
    }
}

/* Files lie at most one folder deep. */
static gw_err make_folder(const char *dir, const char *name)
{
    const char *slash = strchr(name, '/');
    if (!slash)
        return GW_OK;
    char *path = sentence("%s/%.*s", dir, (int)(slash - name), name);
    gw_err err = mkdir(path, 0777) == 0 || errno == EEXIST ? GW_OK : GW_EIO;
    free(path);
    return err;
}

static gw_err write_bytes(const char *path, const struct buf *bytes)
{
    FILE *file = fopen(path, "wxe");
    if (!file)
        return GW_EIO;
    bool is_whole = fwrite(bytes->data, 1, bytes->size, file) == bytes->size;
    return fclose(file) == 0 && is_whole ? GW_OK : GW_EIO;
}

static gw_err write_file(const char *dir, const struct embedded_file *file,
                         const struct fill_word *words)
{
    struct buf bytes = {0};
    char *path = sentence("%s/%s", dir, file->name);
    fill_in(&bytes, file->data, file->size, words);
    gw_err err = make_folder(dir, file->name);
    if (err == GW_OK)
        err = write_bytes(path, &bytes);
    if (err != GW_OK)
        cli_fail("cannot write %s: %s", path, strerror(errno));
    free(path);
    buf_free(&bytes);
    return err;
}

gw_err starter_write(const char *dir, const char *name, unsigned number)
{
    struct words words;
    choose_words(&words, name, number);
    for (const struct embedded_file *file = starter_files; file->name; file++)
        if (write_file(dir, file, words.list) != GW_OK)
            return GW_EIO;
    return GW_OK;
}
