/* units: writes the units by which systemd runs a server: those in src/cli/units/, filled in from
 * its ini. */
#include "base/buf.h"
#include "base/sentence.h"
#include "cli/fill.h"
#include "cli/server.h"
#include "host/embedded.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define END_MARGIN_S 10 /* beyond stop_timeout */

/* Made by the build. */
extern const struct embedded_file unit_files[];

/* What stands in the places of the units. */
struct words {
    struct buf instances[ROLE_COUNT]; /* names of services, with spaces between */
    struct buf all, stop;
    const char *user;
};

static const char *text_of(struct buf *buf)
{
    return (const char *)buf->data;
}

static void list_instances(struct words *words, const struct server *server)
{
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        struct buf *list = &words->instances[role];
        for (unsigned i = 1; i <= server_count(server, (enum role)role); i++)
            buf_print(list, "%s%s-%s@%u.service", i > 1 ? " " : "", server->name, role_names[role],
                      i);
        buf_append(list, "", 1);
        buf_print(&words->all, "%s%s", role ? " " : "", text_of(list));
    }
    buf_append(&words->all, "", 1);
}

static void print_stop_timeout(struct words *words, const struct conf *conf)
{
    unsigned longest_s = 0;
    for (unsigned i = 0; i < conf->deployment.games; i++)
        if (conf->games[i].stop_timeout_s > longest_s)
            longest_s = conf->games[i].stop_timeout_s;
    buf_print(&words->stop, "%u", longest_s + END_MARGIN_S);
    buf_append(&words->stop, "", 1);
}

/* Who owns the folder, unless somebody was chosen. */
static gw_err choose_user(struct words *words, const struct server *server, const char *chosen)
{
    struct stat st;
    words->user = chosen;
    if (chosen && getpwnam(chosen))
        return GW_OK;
    if (chosen) {
        cli_fail("there is no user \"%s\" on this machine", chosen);
        return GW_ENOTFOUND;
    }
    const struct passwd *owner = stat(server->dir, &st) == 0 ? getpwuid(st.st_uid) : NULL;
    if (owner) {
        words->user = owner->pw_name;
        return GW_OK;
    }
    cli_fail("nobody knows who owns %s; say as whom it runs: -user NAME", server->shown);
    return GW_ENOTFOUND;
}

static void words_free(struct words *words)
{
    for (unsigned role = 0; role < ROLE_COUNT; role++)
        buf_free(&words->instances[role]);
    buf_free(&words->all);
    buf_free(&words->stop);
}

static gw_err write_file(const char *path, const struct buf *text)
{
    FILE *file = fopen(path, "we");
    bool is_whole = file && fwrite(text->data, 1, text->size, file) == text->size;
    if ((file && fclose(file) != 0) || !is_whole) {
        cli_fail("cannot write %s: %s", path, strerror(errno));
        return GW_EIO;
    }
    printf("wrote %s\n", path);
    return GW_OK;
}

/* The target is called as the server, services of the server have a dash between. */
static gw_err write_unit(const struct embedded_file *file, struct server *server,
                         struct words *words, const char *folder)
{
    const struct fill_word filled[] = {
        {"@name@", server->name},
        {"@ini@", server->ini},
        {"@dir@", server->dir},
        {"@program@", server->program},
        {"@goworld@", server_own_program(server)},
        {"@user@", words->user},
        {"@dispatchers@", text_of(&words->instances[ROLE_DISPATCHER])},
        {"@games@", text_of(&words->instances[ROLE_GAME])},
        {"@all@", text_of(&words->all)},
        {"@stop@", text_of(&words->stop)},
        {0},
    };
    struct buf text = {0};
    bool is_target = strcmp(file->name, "server.target") == 0;
    char *path = sentence("%s/%s%s%s", folder, server->name, is_target ? "" : "-",
                          is_target ? ".target" : file->name);
    fill_in(&text, file->data, file->size, filled);
    gw_err err = write_file(path, &text);
    buf_free(&text);
    free(path);
    return err;
}

static void say_what_is_next(const struct server *server, const struct words *words)
{
    printf("They run as %s. Start them, now and when the machine starts:\n\n"
           "  systemctl daemon-reload\n"
           "  systemctl enable --now %s.target\n",
           words->user, server->name);
}

/* In a unit these end a word, or stand for something else. */
static gw_err check_path(const char *path)
{
    const char *bad = strpbrk(path, " \t\n%$\\\"';");
    if (!bad)
        return GW_OK;
    cli_fail("systemd cannot run what lies in a path with \"%c\" in it: rename %s", *bad, path);
    return GW_EINVAL;
}

/* It is a part of the units' names. */
static gw_err check_name(const char *name)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    char bad = name[strspn(name, letters)];
    if (!bad)
        return GW_OK;
    cli_fail("a service of systemd cannot have \"%c\" in its name: rename %s", bad, name);
    return GW_EINVAL;
}

static int write_units(struct server *server, const struct cli_options *options)
{
    struct words words = {0};
    if (check_name(server->name) != GW_OK || check_path(server->dir) != GW_OK ||
        check_path(server->ini) != GW_OK || check_path(server_own_program(server)) != GW_OK ||
        choose_user(&words, server, options->user) != GW_OK)
        return EXIT_FAILED;
    list_instances(&words, server);
    print_stop_timeout(&words, server->conf);
    gw_err err = GW_OK;
    for (const struct embedded_file *file = unit_files; file->name && !err; file++)
        err = write_unit(file, server, &words, options->folder);
    if (!err)
        say_what_is_next(server, &words);
    words_free(&words);
    return err ? EXIT_FAILED : EXIT_OK;
}

int units_run(const struct cli_options *options)
{
    struct server server;
    char *error;
    if (server_open(&server, options, SERVER_CONF, &error) != GW_OK)
        return cli_fail_with(error);
    int code = write_units(&server, options);
    server_close(&server);
    return code;
}
