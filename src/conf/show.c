/* show: see show.h. */
#include "conf/show.h"

#include "base/sentence.h"
#include "conf/lines.h"
#include "conf/written.h"

#include <stdlib.h>

#define REASON_COLUMN 36 /* if there is room */

struct show {
    const struct conf *conf;
    struct buf *out;
    const char *file; /* the ini's name, without its folder */
};

static const void *values_of(const struct conf *conf, enum section_kind kind, unsigned number)
{
    switch (kind) {
    case SECTION_DEPLOYMENT:
        return &conf->deployment;
    case SECTION_STORAGE:
        return &conf->storage;
    case SECTION_KVDB:
        return &conf->kvdb;
    case SECTION_DISPATCHER:
        return conf_dispatcher(conf, number);
    case SECTION_GAME:
        return conf_game(conf, number);
    case SECTION_GATE:
        return conf_gate(conf, number);
    default:
        return conf;
    }
}

static unsigned count_of(const struct conf *conf, enum section_kind kind)
{
    const struct conf_deployment *d = &conf->deployment;
    return kind == SECTION_DISPATCHER ? d->dispatchers
           : kind == SECTION_GAME     ? d->games
           : kind == SECTION_GATE     ? d->gates
                                      : 0;
}

/* ---- a line --------------------------------------------------------------------------------- */

/* Pads what was written since `begin`, and appends the reason as a comment. */
static void print_reason(struct show *s, size_t begin, const char *reason)
{
    size_t size = s->out->size - begin;
    buf_print(s->out, "%*s ; %s\n", size < REASON_COLUMN ? (int)(REASON_COLUMN - size) : 0, "",
              reason);
}

static char *place_of(const struct show *s, const struct ini_entry *entry, unsigned number)
{
    const struct place *place =
        &s->conf->lines->places[(size_t)(entry - s->conf->lines->ini.entries)];
    if (place->number == number)
        return sentence("%s:%u", s->file, entry->line);
    return sentence("%s:%u, [%s]", s->file, entry->line, entry->section);
}

/* Why a value is in force that no line gives. */
static const char *by_itself(const struct show *s, enum section_kind kind, const struct key *key)
{
    if (kind == SECTION_DISPATCHER && !key->initial)
        return "from listen_addr";
    if (kind == SECTION_DEPLOYMENT && strncmp(key->name, "desired_", strlen("desired_")) == 0 &&
        *(const unsigned *)((const char *)&s->conf->deployment + key->offset) > 1)
        return "as many as there are sections";
    return "default";
}

static void print_key(struct show *s, enum section_kind kind, unsigned number,
                      const struct key *key)
{
    size_t begin = s->out->size;
    const struct ini_entry *entry = lines_in_force(s->conf->lines, kind, number, key->name);
    buf_print(s->out, "%s = ", key->name);
    written_value(s->out, key, values_of(s->conf, kind, number));
    char *place = entry ? place_of(s, entry, number) : NULL;
    print_reason(s, begin, place ? place : by_itself(s, kind, key));
    free(place);
}

/* What is known and not used is shown only if the file has it. */
static void print_ignored(struct show *s, enum section_kind kind, unsigned number,
                          const struct key *key)
{
    const struct lines *lines = s->conf->lines;
    for (size_t i = 0; i < lines->ini.count; i++) {
        const struct ini_entry *entry = &lines->ini.entries[i];
        bool is_mine = lines_is_in(lines, i, kind, number) ||
                       (number && lines_is_in(lines, i, kind, SECTION_COMMON));
        if (!is_mine || key_find(sections[kind].keys, entry->key) != key ||
            lines_in_force(lines, kind, number, entry->key) != entry)
            continue;
        size_t begin = s->out->size;
        char *place = place_of(s, entry, number), *reason = sentence("%s, not used", place);
        buf_print(s->out, "%s = ", entry->key);
        written_text(s->out, entry->value);
        print_reason(s, begin, reason);
        free(place);
        free(reason);
    }
}

/* ---- sections ------------------------------------------------------------------------------- */

static void print_section(struct show *s, enum section_kind kind, unsigned number)
{
    const struct section *section = &sections[kind];
    if (number)
        buf_print(s->out, "\n[%s%u]\n", section->name, number);
    else
        buf_print(s->out, "\n[%s]\n", section->name);
    for (const struct key *key = section->keys; key->name; key++) {
        if (key->type == KEY_IGNORE)
            print_ignored(s, kind, number, key);
        else
            print_key(s, kind, number, key);
    }
}

static void print_kind(struct show *s, enum section_kind kind)
{
    if (!sections[kind].numbered)
        print_section(s, kind, SECTION_COMMON);
    for (unsigned i = 1; i <= count_of(s->conf, kind); i++)
        print_section(s, kind, i);
}

static gw_err print_one(struct show *s, const char *name, char **error)
{
    enum section_kind kind;
    unsigned number;
    if (section_find(name, &kind, &number, error) != GW_OK)
        return GW_EINVAL;
    if (number > count_of(s->conf, kind)) {
        *error = sentence("there is no %s%u: [deployment] asks for %u", sections[kind].name, number,
                          count_of(s->conf, kind));
        return GW_ENOTFOUND;
    }
    if (number)
        print_section(s, kind, number);
    else
        print_kind(s, kind);
    return GW_OK;
}

gw_err conf_show(const struct conf *conf, const char *section, struct buf *out, char **error)
{
    const char *slash = strrchr(conf->path, '/');
    struct show s = {.conf = conf, .out = out, .file = slash ? slash + 1 : conf->path};
    buf_print(out, "; What %s says, with all that it leaves out.\n", conf->path);
    if (section)
        return print_one(&s, section, error);
    for (unsigned kind = 0; kind < SECTION_KIND_COUNT; kind++)
        print_kind(&s, (enum section_kind)kind);
    return GW_OK;
}
