/* samples: see samples.h. */
#include "cli/samples.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#define PREFIX "goworld_"

/* A text that is full takes no more. */
struct text {
    char *at, *end;
};

static struct text text_in(char *out, size_t size)
{
    return (struct text){out, out + size - 1};
}

static void put(struct text *text, char c)
{
    if (text->at < text->end)
        *text->at++ = iscntrl((unsigned char)c) ? ' ' : c;
    *text->at = '\0';
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == ':';
}

static const char *read_name(const char *at, struct text out)
{
    for (*out.at = '\0'; is_name(*at); at++)
        put(&out, *at);
    return at;
}

/* From behind the quote on; returns where it ends, or NULL when it does not. */
static const char *read_quoted(const char *at, struct text out)
{
    for (*out.at = '\0'; *at != '"'; at++) {
        if (*at == '\\' && at[1])
            at++;
        if (!*at || *at == '\n')
            return NULL;
        put(&out, at[-1] == '\\' && *at == 'n' ? '\n' : *at);
    }
    return at + 1;
}

static const char *read_label(const char *at, struct sample *sample)
{
    char name[sizeof sample->name], other[sizeof sample->type];
    struct text value = text_in(other, sizeof other);
    at = read_name(at, text_in(name, sizeof name));
    if (at[0] != '=' || at[1] != '"')
        return NULL;
    if (strcmp(name, "process") == 0)
        value = text_in(sample->process, sizeof sample->process);
    else if (strcmp(name, "type") == 0)
        value = text_in(sample->type, sizeof sample->type);
    return read_quoted(at + 2, value);
}

static const char *read_labels(const char *at, struct sample *sample)
{
    if (*at != '{')
        return at;
    for (at++; at && *at != '}';) {
        at = read_label(at, sample);
        at += at && *at == ',';
    }
    return at ? at + 1 : NULL;
}

/* Our numbers are whole and have no time behind them. */
static bool read_value(const char *at, uint64_t *value)
{
    char *end;
    if (!isdigit((unsigned char)*at))
        return false;
    *value = strtoull(at, &end, 10);
    return *end == '\n';
}

static bool read_line(const char *at, struct sample *sample)
{
    *sample = (struct sample){0};
    if (strncmp(at, PREFIX, strlen(PREFIX)) != 0)
        return false;
    at = read_name(at + strlen(PREFIX), text_in(sample->name, sizeof sample->name));
    at = read_labels(at, sample);
    return at && *at == ' ' && read_value(at + 1, &sample->value);
}

/* A line whose end has not come is none. */
bool samples_next(const char **text, struct sample *sample)
{
    for (const char *line = *text, *end; (end = strchr(line, '\n')); line = end + 1)
        if (read_line(line, sample)) {
            *text = end + 1;
            return true;
        }
    return false;
}

bool samples_find(const char *text, const char *name, struct sample *sample)
{
    struct sample next;
    while (samples_next(&text, &next))
        if (strcmp(next.name, name) == 0) {
            *sample = next;
            return true;
        }
    return false;
}
