/* new: makes a server directory with a small game in it. */
#include "cli/server.h"
#include "cli/starter.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_BYTES_MAX 64
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

/* The program has the folder's name and lies in it, beside all else. */
static bool is_taken(const char *name)
{
    return starter_holds(name) || strcmp(name, "run") == 0 || strcmp(name, "Makefile") == 0;
}

static gw_err check_name(const char *name)
{
    size_t size = strspn(name, NAME_CHARACTERS);
    if (!isalpha((unsigned char)name[0]) || name[size] || size > NAME_BYTES_MAX)
        cli_fail("\"%s\" cannot be the name of a game: that begins with a letter, goes on with "
                 "letters, digits, _ and -, and has at most %d of them",
                 name, NAME_BYTES_MAX);
    else if (is_taken(name))
        cli_fail("\"%s\" cannot be the name of a game: something else in its folder is called so",
                 name);
    else
        return GW_OK;
    return GW_EINVAL;
}

static bool is_empty(const char *path)
{
    bool found = false;
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && !found && (entry = readdir(dir));)
        found = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (dir)
        closedir(dir);
    return dir && !found;
}

/* An empty folder will do: perhaps it was just made for this. */
static gw_err make_folder(const char *shown, bool *is_new)
{
    *is_new = mkdir(shown, 0777) == 0;
    bool exists = !*is_new && errno == EEXIST;
    if (*is_new || (exists && is_empty(shown)))
        return GW_OK;
    if (exists)
        cli_fail("%s exists and is not an empty folder; choose another name", shown);
    else
        cli_fail("cannot create the folder %s: %s", shown, strerror(errno));
    return GW_EEXIST;
}

static gw_err fill_folder(const char *shown, unsigned number)
{
    char real[PATH_MAX];
    if (!realpath(shown, real)) {
        cli_fail("%s: %s", shown, strerror(errno));
        return GW_EIO;
    }
    const char *name = strrchr(real, '/') + 1;
    if (check_name(name) != GW_OK || server_check_path(real, shown) != GW_OK)
        return GW_EINVAL;
    return starter_write(real, name, number);
}

static void say_what_is_next(const char *command, const char *shown, unsigned number)
{
    printf("%s has a small game in it now; its README.md says what is where.\n"
           "Compile and start it:\n\n"
           "  %s build %s\n"
           "  %s start %s\n\n"
           "Then open http://127.0.0.1:%u/ in two windows.\n",
           shown, command, shown, command, shown, STARTER_PORT_PAGE + number);
    if (number > STARTER_NUMBER_MIN)
        printf("(Its ports end in %u: others are in use on this machine.)\n", number);
}

int new_run(const struct cli_options *options)
{
    bool is_new;
    unsigned number = starter_free_number();
    if (make_folder(options->dir, &is_new) != GW_OK)
        return EXIT_FAILED;
    if (fill_folder(options->dir, number) != GW_OK) {
        if (is_new)
            rmdir(options->dir);
        return EXIT_FAILED;
    }
    say_what_is_next(options->command, options->dir, number);
    return EXIT_OK;
}
