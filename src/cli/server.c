/* server: a server directory, its goworld.ini and the processes that the ini asks for. */
#include "cli/server.h"

#include "base/buf.h"
#include "base/sentence.h"
#include "host/state.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define INI_NAME "goworld.ini"

const char *const role_names[ROLE_COUNT] = {"dispatcher", "game", "gate"};

static const char *keep(struct server *server, char *text)
{
    return texts_take(&server->texts, text);
}

static gw_err open_dir(struct server *server, const char *dir, char **error)
{
    struct stat stat_of_dir;
    char real[PATH_MAX];
    if (stat(dir, &stat_of_dir) != 0 || !realpath(dir, real)) {
        *error = sentence("%s: %s", dir, strerror(errno));
        return GW_ENOTFOUND;
    }
    if (!S_ISDIR(stat_of_dir.st_mode) || strcmp(real, "/") == 0) {
        *error = sentence("%s: this is no server directory", dir);
        return GW_EINVAL;
    }
    server->dir = keep(server, mem_strdup(real));
    server->name = strrchr(server->dir, '/') + 1;
    server->program = keep(server, sentence("%s/%s", server->dir, server->name));
    return GW_OK;
}

/* Returns the ini in use: the one named, else DIR's, else the current folder's; NULL when there is
 * none. */
static char *find_ini(const struct server *server, const char *configfile)
{
    if (configfile)
        return mem_strdup(configfile);
    char *in_dir = sentence("%s/" INI_NAME, server->dir);
    if (access(in_dir, F_OK) == 0)
        return in_dir;
    free(in_dir);
    return access(INI_NAME, F_OK) == 0 ? mem_strdup(INI_NAME) : NULL;
}

static gw_err open_ini(struct server *server, const char *configfile, char **error)
{
    char *path = find_ini(server, configfile), real[PATH_MAX];
    if (!path) {
        *error = sentence("there is no " INI_NAME " in %s or in the current folder; "
                          "name one with -configfile",
                          server->shown);
        return GW_ENOTFOUND;
    }
    bool found = realpath(path, real) != NULL;
    if (!found)
        *error = sentence("%s: cannot read the configuration: %s", path, strerror(errno));
    free(path);
    if (!found)
        return GW_ENOTFOUND;
    server->ini = keep(server, mem_strdup(real));
    server->run_dir =
        keep(server, sentence("%.*s/run", (int)(strrchr(server->ini, '/') - server->ini), real));
    return GW_OK;
}

static gw_err load_conf(struct server *server, char **error)
{
    gw_err err = conf_load(server->ini, &server->conf, error);
    for (size_t i = 0; err == GW_OK && server->conf->warnings[i]; i++)
        cli_fail("%s", server->conf->warnings[i]); /* nothing fails: it is only told */
    return err;
}

gw_err server_open(struct server *server, const struct cli_options *options, enum server_need need,
                   char **error)
{
    *server = (struct server){.shown = options->dir, .command = options->command};
    if (options->configfile)
        server->command =
            keep(server, sentence("%s -configfile %s", options->command, options->configfile));
    gw_err err = open_dir(server, options->dir, error);
    if (err == GW_OK && need >= SERVER_INI)
        err = open_ini(server, options->configfile, error);
    if (err == GW_OK && need >= SERVER_CONF)
        err = load_conf(server, error);
    if (err != GW_OK)
        server_close(server);
    return err;
}

void server_close(struct server *server)
{
    conf_free(server->conf);
    texts_free(&server->texts);
    *server = (struct server){0};
}

unsigned server_count(const struct server *server, enum role role)
{
    const struct conf_deployment *deployment = &server->conf->deployment;
    const unsigned counts[ROLE_COUNT] = {deployment->dispatchers, deployment->games,
                                         deployment->gates};
    return counts[role];
}

void server_process_name(enum role role, unsigned number, char name[PROCESS_NAME_SIZE])
{
    snprintf(name, PROCESS_NAME_SIZE, "%s%u", role_names[role], number);
}

const char *server_state_path(struct server *server, const char *name, const char *ending)
{
    return keep(server, state_path(server->run_dir, name, ending));
}

/* Who listens on every interface is reached from this machine by the one that never leaves it. */
static struct host_address from_here(struct conf_address address)
{
    if (strcmp(address.host, "0.0.0.0") == 0)
        strcpy(address.host, "127.0.0.1");
    else if (strcmp(address.host, "::") == 0)
        strcpy(address.host, "::1");
    return address.port ? host_address(&address) : (struct host_address){""};
}

struct host_address server_http(const struct server *server, enum role role, unsigned number)
{
    const struct conf *conf = server->conf;
    return from_here(role == ROLE_DISPATCHER ? conf_dispatcher(conf, number)->http
                     : role == ROLE_GAME     ? conf_game(conf, number)->http
                                             : conf_gate(conf, number)->http);
}

const char *server_page(struct server *server)
{
    struct host_address address = server_http(server, ROLE_GATE, 1);
    if (!address.text[0] || access(conf_gate(server->conf, 1)->http_root, X_OK) != 0)
        return NULL;
    return keep(server, sentence("http://%s/", address.text));
}

gw_err server_check_program(const struct server *server)
{
    if (access(server->program, X_OK) == 0)
        return GW_OK;
    cli_fail("there is no program %s/%s; build it first: %s build %s", server->shown, server->name,
             server->command, server->shown);
    return GW_ENOTFOUND;
}

/* make and its shell take these for something else than part of a name. */
gw_err server_check_path(const char *dir, const char *shown)
{
    const char *bad = strpbrk(dir, " \t\n#$%:;=&|<>()*?[]{}'\"`\\~!");
    if (!bad)
        return GW_OK;
    if (*bad == ' ')
        cli_fail("%s: make cannot build in a folder with a space in its path: rename %s", shown,
                 dir);
    else
        cli_fail("%s: make cannot build in a folder with %c in its path: rename %s", shown, *bad,
                 dir);
    return GW_EINVAL;
}

/* A program that was replaced while it runs is named with this at the end; its place holds the new
 * one. */
#define REPLACED " (deleted)"

static size_t without_replaced(const char *path, size_t size)
{
    size_t end = strlen(REPLACED);
    return size > end && memcmp(path + size - end, REPLACED, end) == 0 ? size - end : size;
}

const char *server_own_program(struct server *server)
{
    char path[PATH_MAX];
    if (server->own)
        return server->own;
    ssize_t got = readlink("/proc/self/exe", path, sizeof path);
    size_t size = got < 0 ? 0 : without_replaced(path, (size_t)got);
    server->own = keep(server, sentence("%.*s", (int)size, path));
    return server->own;
}
