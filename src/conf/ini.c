/* ini: splits the text of a goworld.ini into sections, keys and values, each with its line. */
#include "conf/ini.h"

#include "base/buf.h"
#include "base/sentence.h"

#include <ctype.h>
#include <stdlib.h>

struct span {
    const char *begin, *end;
};

struct parser {
    struct ini *ini;
    const char *cursor, *end;
    unsigned line; /* of what next_line returned last */
    const char *section;
    char **error;
};

static bool is_space(char c)
{
    return isspace((unsigned char)c) != 0;
}

static struct span trim(struct span s)
{
    while (s.begin < s.end && is_space(*s.begin))
        s.begin++;
    while (s.begin < s.end && is_space(s.end[-1]))
        s.end--;
    return s;
}

static size_t span_size(struct span s)
{
    return (size_t)(s.end - s.begin);
}

static char *span_copy(struct span s)
{
    char *text = mem_alloc(span_size(s) + 1);
    memcpy(text, s.begin, span_size(s));
    text[span_size(s)] = '\0';
    return text;
}

static char *span_lower(struct span s)
{
    char *text = span_copy(s);
    for (char *c = text; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return text;
}

/* The first of `wanted` in s, or its end. */
static const char *find_any(struct span s, const char *wanted)
{
    const char *p = s.begin;
    while (p < s.end && !strchr(wanted, *p))
        p++;
    return p;
}

static struct span without_comment(struct span s)
{
    s.end = find_any(s, ";#");
    return trim(s);
}

static bool next_line(struct parser *p, struct span *line)
{
    if (p->cursor == p->end)
        return false;
    const char *newline = memchr(p->cursor, '\n', (size_t)(p->end - p->cursor));
    line->begin = p->cursor;
    line->end = newline ? newline : p->end;
    p->cursor = newline ? newline + 1 : p->end;
    p->line++;
    return true;
}

static gw_err fail(struct parser *p, const char *what)
{
    *p->error = sentence("%s", what);
    return GW_EINVAL;
}

/* Takes key and value. */
static void add_entry(struct parser *p, char *key, char *value, unsigned line)
{
    struct ini *ini = p->ini;
    if (ini->count == ini->capacity) {
        ini->capacity = ini->capacity ? ini->capacity * 2 : 64;
        ini->entries = mem_realloc(ini->entries, ini->capacity * sizeof *ini->entries);
    }
    ini->entries[ini->count++] = (struct ini_entry){mem_strdup(p->section), key, value, line};
}

static gw_err parse_section(struct parser *p, struct span line)
{
    const char *close = find_any(line, "]");
    if (close == line.end)
        return fail(p, "the section's name is not closed with ]");
    struct span rest = {close + 1, line.end};
    if (span_size(without_comment(rest)) != 0)
        return fail(p, "nothing but a comment may follow the section's name");
    struct span name = trim((struct span){line.begin + 1, close});
    if (span_size(name) == 0)
        return fail(p, "the section has no name");
    char *section = span_lower(name);
    p->section = section;
    add_entry(p, NULL, NULL, p->line);
    p->section = p->ini->entries[p->ini->count - 1].section;
    free(section);
    return GW_OK;
}

/* The text begins behind the opening backtick and may end on a later line. */
static gw_err parse_quoted(struct parser *p, const char *begin, char **value)
{
    const char *close = memchr(begin, '`', (size_t)(p->end - begin));
    if (!close)
        return fail(p, "the backtick that begins the value is never closed");
    for (const char *c = begin; c < close; c++)
        p->line += *c == '\n';
    unsigned line = p->line;
    p->cursor = close + 1;
    struct span rest = {close, close};
    bool more = next_line(p, &rest);
    p->line = line;
    if (more && span_size(without_comment(rest)) != 0)
        return fail(p, "nothing but a comment may follow the closing backtick");
    *value = span_copy((struct span){begin, close});
    return GW_OK;
}

static struct span unquote(struct span s)
{
    bool quoted =
        span_size(s) >= 2 && (*s.begin == '"' || *s.begin == '\'') && s.end[-1] == *s.begin;
    return quoted ? (struct span){s.begin + 1, s.end - 1} : s;
}

static char *parse_plain(struct parser *p, struct span text)
{
    struct buf joined = {0};
    struct span part = without_comment(text);
    while (span_size(part) > 0 && part.end[-1] == '\\') {
        buf_append(&joined, part.begin, span_size(part) - 1);
        struct span next;
        part = next_line(p, &next) ? without_comment(next) : (struct span){part.end, part.end};
    }
    buf_append(&joined, part.begin, span_size(part));
    const char *bytes = (const char *)joined.data;
    struct span whole = joined.size ? (struct span){bytes, bytes + joined.size} : part;
    char *value = span_copy(unquote(trim(whole)));
    buf_free(&joined);
    return value;
}

static gw_err parse_key(struct parser *p, struct span line)
{
    const char *delimiter = find_any(line, "=:");
    if (delimiter == line.end)
        return fail(p, "this is neither [section] nor key=value");
    struct span name = trim((struct span){line.begin, delimiter});
    if (span_size(name) == 0)
        return fail(p, "there is no key before the =");
    if (!p->section)
        return fail(p, "the key stands before any [section]");
    struct span rest = trim((struct span){delimiter + 1, line.end});
    unsigned where = p->line;
    char *value = NULL;
    if (span_size(rest) > 0 && *rest.begin == '`') {
        if (parse_quoted(p, rest.begin + 1, &value) != GW_OK)
            return GW_EINVAL;
    } else {
        value = parse_plain(p, rest);
    }
    add_entry(p, span_lower(name), value, where);
    return GW_OK;
}

static gw_err parse_line(struct parser *p, struct span line)
{
    line = trim(line);
    if (span_size(line) == 0 || *line.begin == ';' || *line.begin == '#')
        return GW_OK;
    return *line.begin == '[' ? parse_section(p, line) : parse_key(p, line);
}

static gw_err check_bytes(struct parser *p)
{
    if (p->end - p->cursor > INI_BYTES_MAX)
        return fail(p, "the file is larger than 1 MiB: this is no goworld.ini");
    if (memchr(p->cursor, '\0', (size_t)(p->end - p->cursor)))
        return fail(p, "the file holds zero bytes: this is no text");
    return GW_OK;
}

gw_err ini_parse(struct ini *ini, const char *bytes, size_t size, unsigned *line, char **error)
{
    *ini = (struct ini){0};
    struct parser p = {.ini = ini, .cursor = bytes, .end = bytes + size, .error = error};
    gw_err err = check_bytes(&p);
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        p.cursor += 3;
    struct span text;
    while (err == GW_OK && next_line(&p, &text))
        err = parse_line(&p, text);
    *line = p.line ? p.line : 1;
    if (err != GW_OK)
        ini_free(ini);
    return err;
}

void ini_free(struct ini *ini)
{
    for (size_t i = 0; i < ini->count; i++) {
        free(ini->entries[i].section);
        free(ini->entries[i].key);
        free(ini->entries[i].value);
    }
    free(ini->entries);
    *ini = (struct ini){0};
}
