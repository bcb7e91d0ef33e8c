/* conf: what a goworld.ini says, checked, with defaults filled in and paths made absolute. */
#include "conf/conf.h"

#include "base/assert.h"
#include "base/buf.h"
#include "base/sentence.h"
#include "conf/hint.h"
#include "conf/lines.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

struct reader {
    struct conf *conf;
    struct lines *lines; /* the conf's */
    char **error;
};

static gw_err fail_at(struct reader *r, unsigned line, char *what)
{
    *r->error = sentence("%s:%u: %s", r->conf->path, line, what);
    free(what);
    return GW_EINVAL;
}

static gw_err unknown_key(struct reader *r, const struct ini_entry *entry, const struct key *keys)
{
    struct hint hint = {.wanted = entry->key};
    for (const struct key *key = keys; key->name; key++)
        hint_offer(&hint, key->name);
    char *what = hint.closest ? sentence("unknown key \"%s\" in [%s]; did you mean \"%s\"?",
                                         entry->key, entry->section, hint.closest)
                              : sentence("unknown key \"%s\" in [%s]", entry->key, entry->section);
    return fail_at(r, entry->line, what);
}

/* Applies one line to the values of its section's kind. */
static gw_err apply(struct reader *r, const struct ini_entry *entry, const struct section *section,
                    void *values)
{
    const struct key *key = key_find(section->keys, entry->key);
    if (!key)
        return unknown_key(r, entry, section->keys);
    char *what;
    if (key_set(key, values, entry->value, &r->conf->texts, &what) == GW_OK)
        return GW_OK;
    char *full = sentence("%s: %s", entry->key, what);
    free(what);
    return fail_at(r, entry->line, full);
}

static gw_err check_entry(struct reader *r, const struct ini_entry *entry, struct place *place)
{
    char *what;
    if (section_find(entry->section, &place->kind, &place->number, &what) != GW_OK)
        return fail_at(r, entry->line, what);
    if (!entry->key)
        return GW_OK;
    void *scratch = mem_zalloc(sections[place->kind].values_size);
    gw_err err = apply(r, entry, &sections[place->kind], scratch);
    free(scratch);
    return err;
}

/* Every line has to be right, those of processes that are not deployed too: errors come in the
 * file's order. */
static gw_err check_entries(struct reader *r)
{
    struct ini *ini = &r->lines->ini;
    r->lines->places = mem_zalloc((ini->count + 1) * sizeof *r->lines->places);
    for (size_t i = 0; i < ini->count; i++)
        if (check_entry(r, &ini->entries[i], &r->lines->places[i]) != GW_OK)
            return GW_EINVAL;
    return GW_OK;
}

/* Applies the lines of one section; they are known to be right. */
static void read_section(struct reader *r, enum section_kind kind, unsigned number, void *values)
{
    for (size_t i = 0; i < r->lines->ini.count; i++) {
        if (!lines_is_in(r->lines, i, kind, number))
            continue;
        gw_err err = apply(r, &r->lines->ini.entries[i], &sections[kind], values);
        ASSERT(err == GW_OK);
    }
}

static void read_values(struct reader *r, enum section_kind kind, void *values)
{
    key_defaults(sections[kind].keys, values, &r->conf->texts);
    read_section(r, kind, SECTION_COMMON, values);
}

/* Returns `count` structs: defaults, then NAME_common, then NAME1, NAME2, ... */
static void *read_numbered(struct reader *r, enum section_kind kind, unsigned count)
{
    size_t size = sections[kind].values_size;
    char *values = texts_take(&r->conf->texts, mem_zalloc(size * count));
    read_values(r, kind, values);
    for (unsigned i = 1; i < count; i++)
        memcpy(values + i * size, values, size);
    for (unsigned i = 0; i < count; i++)
        read_section(r, kind, i + 1, values + i * size);
    return values;
}

static bool is_set(const struct reader *r, enum section_kind kind, unsigned number, const char *key)
{
    return lines_in_force(r->lines, kind, number, key) != NULL;
}

/* A default port is that of number 1; the others of one machine follow it. */
static void number_port(const struct reader *r, enum section_kind kind, unsigned number,
                        const char *key, struct conf_address *address)
{
    if (!is_set(r, kind, number, key))
        address->port = (uint16_t)(address->port + number - 1);
}

/* A file that names no count means as many processes as its sections' numbers say. */
static void count_sections(struct reader *r, enum section_kind kind, const char *key,
                           unsigned *count)
{
    if (is_set(r, SECTION_DEPLOYMENT, SECTION_COMMON, key))
        return;
    for (size_t i = 0; i < r->lines->ini.count; i++)
        if (r->lines->places[i].kind == kind && r->lines->places[i].number > *count)
            *count = r->lines->places[i].number;
}

static void read_deployment(struct reader *r)
{
    struct conf_deployment *deployment = &r->conf->deployment;
    read_values(r, SECTION_DEPLOYMENT, deployment);
    count_sections(r, SECTION_DISPATCHER, "desired_dispatchers", &deployment->dispatchers);
    count_sections(r, SECTION_GAME, "desired_games", &deployment->games);
    count_sections(r, SECTION_GATE, "desired_gates", &deployment->gates);
}

static const char *absolute(struct conf *conf, const char *folder, const char *path)
{
    if (!*path || *path == '/')
        return path;
    return texts_take(&conf->texts, sentence("%s/%s", folder, path));
}

static void finish_dispatchers(struct reader *r)
{
    struct conf *conf = r->conf;
    for (unsigned i = 0; i < conf->deployment.dispatchers; i++) {
        struct conf_dispatcher *d = &conf->dispatchers[i];
        number_port(r, SECTION_DISPATCHER, i + 1, "listen_addr", &d->listen);
        number_port(r, SECTION_DISPATCHER, i + 1, "http_addr", &d->http);
        d->log.file = absolute(conf, conf->run_dir, d->log.file);
        if (d->advertise.host[0])
            continue;
        d->advertise = d->listen;
        if (strcmp(d->listen.host, "0.0.0.0") == 0)
            strcpy(d->advertise.host, "127.0.0.1");
    }
}

static void finish_games(struct reader *r)
{
    struct conf *conf = r->conf;
    for (unsigned i = 0; i < conf->deployment.games; i++) {
        number_port(r, SECTION_GAME, i + 1, "http_addr", &conf->games[i].http);
        conf->games[i].log.file = absolute(conf, conf->run_dir, conf->games[i].log.file);
    }
}

static void finish_gates(struct reader *r)
{
    struct conf *conf = r->conf;
    for (unsigned i = 0; i < conf->deployment.gates; i++) {
        struct conf_gate *gate = &conf->gates[i];
        number_port(r, SECTION_GATE, i + 1, "listen_addr", &gate->listen);
        number_port(r, SECTION_GATE, i + 1, "http_addr", &gate->http);
        gate->log.file = absolute(conf, conf->run_dir, gate->log.file);
        gate->rsa_key = absolute(conf, conf->dir, gate->rsa_key);
        gate->rsa_certificate = absolute(conf, conf->dir, gate->rsa_certificate);
        gate->http_root = absolute(conf, conf->dir, gate->http_root);
    }
}

static gw_err fail_in(struct reader *r, const char *section, const char *key, char *what)
{
    for (size_t i = r->lines->ini.count; i-- > 0;) {
        const struct ini_entry *entry = &r->lines->ini.entries[i];
        if (strcmp(entry->section, section) == 0 && entry->key && strcmp(entry->key, key) == 0)
            return fail_at(r, entry->line, what);
    }
    *r->error = sentence("%s: %s", r->conf->path, what);
    free(what);
    return GW_EINVAL;
}

static gw_err finish_database(struct reader *r, const char *section, struct conf_database *database)
{
    if (strcmp(database->type, "sqlite") != 0)
        return fail_in(
            r, section, "type",
            sentence("type: there is no %s \"%s\"; there is sqlite", section, database->type));
    database->url = absolute(r->conf, r->conf->run_dir, database->url);
    return GW_OK;
}

static bool same_address(const struct conf_address *a, const struct conf_address *b)
{
    return a->port != 0 && a->port == b->port && strcmp(a->host, b->host) == 0;
}

/* Two dispatchers at one address would each be half of what the others believe to be two. */
static gw_err check_dispatchers(struct reader *r)
{
    const struct conf *conf = r->conf;
    for (unsigned i = 1; i < conf->deployment.dispatchers; i++)
        for (unsigned j = 0; j < i; j++) {
            const struct conf_address *a = &conf->dispatchers[i].advertise;
            if (!same_address(a, &conf->dispatchers[j].advertise))
                continue;
            char section[32];
            snprintf(section, sizeof section, "dispatcher%u", i + 1);
            const char *key = is_set(r, SECTION_DISPATCHER, i + 1, "advertise_addr")
                                  ? "advertise_addr"
                                  : "listen_addr";
            return fail_in(r, section, key,
                           sentence("dispatcher%u has the address of dispatcher%u, %s:%u", i + 1,
                                    j + 1, a->host, a->port));
        }
    return GW_OK;
}

static gw_err assemble(struct reader *r)
{
    struct conf *conf = r->conf;
    if (check_entries(r) != GW_OK)
        return GW_EINVAL;
    conf->warnings = lines_repeated(r->lines, conf->path, &conf->texts);
    read_values(r, SECTION_DEBUG, conf);
    read_deployment(r);
    read_values(r, SECTION_STORAGE, &conf->storage);
    read_values(r, SECTION_KVDB, &conf->kvdb);
    conf->dispatchers = read_numbered(r, SECTION_DISPATCHER, conf->deployment.dispatchers);
    conf->games = read_numbered(r, SECTION_GAME, conf->deployment.games);
    conf->gates = read_numbered(r, SECTION_GATE, conf->deployment.gates);
    finish_dispatchers(r);
    finish_games(r);
    finish_gates(r);
    if (finish_database(r, "storage", &conf->storage) != GW_OK ||
        finish_database(r, "kvdb", &conf->kvdb) != GW_OK)
        return GW_EINVAL;
    return check_dispatchers(r);
}

static void set_paths(struct conf *conf, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t dir_size = slash ? (size_t)(slash - path) : 0;
    conf->path = texts_take(&conf->texts, mem_strdup(path));
    conf->dir = texts_take(&conf->texts, sentence("%.*s", (int)dir_size, path));
    conf->run_dir = texts_take(&conf->texts, sentence("%s/run", conf->dir));
}

gw_err conf_parse(const char *path, const char *bytes, size_t size, struct conf **out, char **error)
{
    struct conf *conf = mem_zalloc(sizeof *conf);
    set_paths(conf, path);
    conf->lines = mem_zalloc(sizeof *conf->lines);
    struct reader r = {.conf = conf, .lines = conf->lines, .error = error};
    unsigned line;
    char *what;
    gw_err err = ini_parse(&r.lines->ini, bytes, size, &line, &what);
    err = err == GW_OK ? assemble(&r) : fail_at(&r, line, what);
    if (err == GW_OK)
        *out = conf;
    else
        conf_free(conf);
    return err;
}

/* Reads up to one byte more than a goworld.ini may have: the parser refuses that. */
static gw_err read_file(const char *path, struct buf *bytes)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return GW_EIO;
    bytes->size = fread(buf_reserve(bytes, INI_BYTES_MAX + 1), 1, INI_BYTES_MAX + 1, file);
    gw_err err = ferror(file) ? GW_EIO : GW_OK;
    fclose(file);
    return err;
}

gw_err conf_load(const char *path, struct conf **out, char **error)
{
    char real[PATH_MAX];
    struct buf bytes = {0};
    gw_err err = realpath(path, real) ? read_file(real, &bytes) : GW_EIO;
    if (err != GW_OK)
        *error = sentence("%s: cannot read the configuration: %s", path, strerror(errno));
    else
        err = conf_parse(real, (const char *)bytes.data, bytes.size, out, error);
    buf_free(&bytes);
    return err;
}

void conf_free(struct conf *conf)
{
    if (!conf)
        return;
    struct texts texts = conf->texts;
    lines_free(conf->lines);
    free(conf->lines);
    free(conf);
    texts_free(&texts);
}

const struct conf_dispatcher *conf_dispatcher(const struct conf *conf, unsigned id)
{
    return id >= 1 && id <= conf->deployment.dispatchers ? &conf->dispatchers[id - 1] : NULL;
}

const struct conf_game *conf_game(const struct conf *conf, unsigned id)
{
    return id >= 1 && id <= conf->deployment.games ? &conf->games[id - 1] : NULL;
}

const struct conf_gate *conf_gate(const struct conf *conf, unsigned id)
{
    return id >= 1 && id <= conf->deployment.gates ? &conf->gates[id - 1] : NULL;
}
