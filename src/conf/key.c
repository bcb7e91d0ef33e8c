/* key: describes one setting of goworld.ini, so that reading, defaults, checks and help come from
 * one table. */
#include "conf/key.h"

#include "base/assert.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/sentence.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <strings.h>

void *texts_take(struct texts *texts, void *block)
{
    if (texts->count == texts->capacity) {
        texts->capacity = texts->capacity ? texts->capacity * 2 : 32;
        texts->blocks = mem_realloc(texts->blocks, texts->capacity * sizeof *texts->blocks);
    }
    return texts->blocks[texts->count++] = block;
}

void texts_free(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->blocks[i]);
    free(texts->blocks);
    *texts = (struct texts){0};
}

static bool key_matches(const struct key *key, const char *name)
{
    size_t size = strlen(key->name);
    if (key->name[size - 1] != '*')
        return strcmp(key->name, name) == 0;
    if (strncmp(key->name, name, size - 1) != 0)
        return false;
    const char *number = name + size - 1;
    return *number && strspn(number, "0123456789") == strlen(number);
}

const struct key *key_find(const struct key *table, const char *name)
{
    for (const struct key *key = table; key->name; key++)
        if (key_matches(key, name))
            return key;
    return NULL;
}

static const char *initial(const struct key *key)
{
    return key->initial ? key->initial : "";
}

static gw_err wrong(char **error, const char *text, const char *wanted)
{
    *error = sentence("\"%s\" is not %s", text, wanted);
    return GW_EINVAL;
}

typedef gw_err (*set_fn)(const struct key *key, void *member, const char *text, struct texts *texts,
                         char **error);

static gw_err set_text(const struct key *key, void *member, const char *text, struct texts *texts,
                       char **error)
{
    (void)key, (void)error;
    *(const char **)member = texts_take(texts, mem_strdup(text));
    return GW_OK;
}

static gw_err set_name(const struct key *key, void *member, const char *text, struct texts *texts,
                       char **error)
{
    for (const char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return wrong(error, text, "a name of letters, digits and _");
    return set_text(key, member, text, texts, error);
}

static gw_err set_list(const struct key *key, void *member, const char *text, struct texts *texts,
                       char **error)
{
    (void)key;
    char *copy = texts_take(texts, mem_strdup(text));
    const char **list = texts_take(texts, mem_zalloc((strlen(text) + 2) * sizeof *list));
    size_t count = 0;
    char *rest = copy;
    for (char *part; (part = strtok_r(rest, ", \t", &rest));)
        list[count++] = part;
    if (*text && !count) { /* what looks like a restriction is not taken for none */
        *error = sentence("\"%s\" names nothing", text);
        return GW_EINVAL;
    }
    *(const char ***)member = list;
    return GW_OK;
}

static gw_err parse_bool(const char *text, bool *value)
{
    static const char *const words[][2] = {
        {"false", "true"}, {"0", "1"}, {"no", "yes"}, {"off", "on"}, {"f", "t"}, {"n", "y"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (int truth = 0; truth <= 1; truth++)
            if (strcasecmp(text, words[i][truth]) == 0) {
                *value = truth != 0;
                return GW_OK;
            }
    return GW_EINVAL;
}

static gw_err set_bool(const struct key *key, void *member, const char *text, struct texts *texts,
                       char **error)
{
    (void)key, (void)texts;
    if (parse_bool(text, member) != GW_OK)
        return wrong(error, text, "true or false");
    return GW_OK;
}

static gw_err set_off(const struct key *key, void *member, const char *text, struct texts *texts,
                      char **error)
{
    (void)texts;
    bool on;
    if (parse_bool(text, &on) != GW_OK)
        return wrong(error, text, "true or false");
    if (on) {
        *error = sentence("this build does not offer %s; set %s=0", key->help, key->name);
        return GW_EINVAL;
    }
    *(bool *)member = false;
    return GW_OK;
}

/* Digits only: strtoull alone would take signs and spaces. */
static gw_err parse_number(const char *text, uint64_t *number, const char **rest)
{
    if (!isdigit((unsigned char)*text))
        return GW_EINVAL;
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    *rest = end;
    return errno ? GW_EINVAL : GW_OK;
}

static gw_err check_range(const struct key *key, uint64_t number, uint64_t type_max, char **error)
{
    uint64_t max = key->max ? key->max : type_max;
    if (number >= key->min && number <= max)
        return GW_OK;
    *error = sentence("%llu is not between %llu and %llu", (unsigned long long)number,
                      (unsigned long long)key->min, (unsigned long long)max);
    return GW_EINVAL;
}

static gw_err set_number(const struct key *key, void *member, const char *text, struct texts *texts,
                         char **error)
{
    (void)texts;
    uint64_t number;
    const char *rest;
    if (parse_number(text, &number, &rest) != GW_OK || *rest)
        return wrong(error, text, "a whole number");
    if (check_range(key, number, UINT_MAX, error) != GW_OK)
        return GW_EINVAL;
    *(unsigned *)member = (unsigned)number;
    return GW_OK;
}

/* How many bits a suffix shifts by, or -1. */
static int suffix_shift(const char *suffix)
{
    static const char *const suffixes[] = {"", "K", "M", "G"};
    for (int i = 0; i < 4; i++)
        if (strcasecmp(suffix, suffixes[i]) == 0)
            return 10 * i;
    return -1;
}

static gw_err set_bytes(const struct key *key, void *member, const char *text, struct texts *texts,
                        char **error)
{
    (void)texts;
    uint64_t number;
    const char *rest;
    if (parse_number(text, &number, &rest) != GW_OK || suffix_shift(rest) < 0 ||
        number > SIZE_MAX >> suffix_shift(rest))
        return wrong(error, text, "a number of bytes such as 65536, 64K or 4M");
    number <<= suffix_shift(rest);
    if (check_range(key, number, SIZE_MAX, error) != GW_OK)
        return GW_EINVAL;
    *(size_t *)member = (size_t)number;
    return GW_OK;
}

static gw_err parse_port(const char *text, uint16_t *port)
{
    uint64_t number;
    const char *rest;
    if (parse_number(text, &number, &rest) != GW_OK || *rest || number > UINT16_MAX)
        return GW_EINVAL;
    *port = (uint16_t)number;
    return GW_OK;
}

static gw_err set_host(struct conf_address *address, const char *host, size_t size)
{
    if (size >= 2 && host[0] == '[' && host[size - 1] == ']')
        host++, size -= 2;
    if (size == 0 || size >= sizeof address->host || memchr(host, ' ', size))
        return GW_EINVAL;
    memcpy(address->host, host, size);
    address->host[size] = '\0';
    return GW_OK;
}

static gw_err parse_address(const char *text, struct conf_address *address)
{
    const char *colon = strrchr(text, ':');
    if (!colon)
        return parse_port(text, &address->port);
    if (parse_port(colon + 1, &address->port) != GW_OK)
        return GW_EINVAL;
    if (colon == text)
        return set_host(address, "0.0.0.0", strlen("0.0.0.0"));
    return set_host(address, text, (size_t)(colon - text));
}

static gw_err set_address(const struct key *key, void *member, const char *text,
                          struct texts *texts, char **error)
{
    (void)texts;
    struct conf_address address = {0};
    if (key->initial) {
        gw_err err = parse_address(key->initial, &address);
        ASSERT(err == GW_OK);
    }
    if (parse_address(text, &address) != GW_OK || !address.host[0])
        return wrong(error, text, "an address such as 127.0.0.1:14001");
    *(struct conf_address *)member = address;
    return GW_OK;
}

static gw_err set_level(const struct key *key, void *member, const char *text, struct texts *texts,
                        char **error)
{
    (void)key, (void)texts;
    if (log_level_parse(text, member) != GW_OK)
        return wrong(error, text, "one of debug, info, warn, error, panic, fatal");
    return GW_OK;
}

static gw_err unknown_choice(const struct key *key, const char *text, char **error)
{
    struct buf words = {0};
    for (size_t i = 0; key->choices[i]; i++)
        buf_print(&words, "%s%s", i ? ", " : "", key->choices[i]);
    *error = sentence("\"%s\" is not one of %.*s", text, (int)words.size, (const char *)words.data);
    buf_free(&words);
    return GW_EINVAL;
}

static gw_err set_choice(const struct key *key, void *member, const char *text, struct texts *texts,
                         char **error)
{
    (void)texts;
    for (size_t i = 0; key->choices[i]; i++)
        if (strcasecmp(text, key->choices[i]) == 0) {
            *(unsigned *)member = (unsigned)i;
            return GW_OK;
        }
    return unknown_choice(key, text, error);
}

static gw_err set_nothing(const struct key *key, void *member, const char *text,
                          struct texts *texts, char **error)
{
    (void)key, (void)member, (void)text, (void)texts, (void)error;
    return GW_OK;
}

static const set_fn setters[] = {
    [KEY_TEXT] = set_text,     [KEY_NAME] = set_name,       [KEY_LIST] = set_list,
    [KEY_BOOL] = set_bool,     [KEY_OFF] = set_off,         [KEY_NUMBER] = set_number,
    [KEY_BYTES] = set_bytes,   [KEY_ADDRESS] = set_address, [KEY_LEVEL] = set_level,
    [KEY_CHOICE] = set_choice, [KEY_IGNORE] = set_nothing,
};

static gw_err set(const struct key *key, void *values, const char *text, struct texts *texts,
                  char **error)
{
    return setters[key->type](key, (char *)values + key->offset, text, texts, error);
}

gw_err key_set(const struct key *key, void *values, const char *text, struct texts *texts,
               char **error)
{
    return *text ? set(key, values, text, texts, error) : GW_OK;
}

void key_defaults(const struct key *table, void *values, struct texts *texts)
{
    for (const struct key *key = table; key->name; key++) {
        if (!key->initial && key->type == KEY_ADDRESS)
            continue; /* filled in from another key */
        char *error = NULL;
        gw_err err = set(key, values, initial(key), texts, &error);
        ASSERT(err == GW_OK);
    }
}
