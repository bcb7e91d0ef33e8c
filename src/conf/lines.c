/* lines: see lines.h. */
#include "conf/lines.h"

#include "base/buf.h"
#include "base/sentence.h"

#include <stdlib.h>

void lines_free(struct lines *lines)
{
    ini_free(&lines->ini);
    free(lines->places);
    *lines = (struct lines){0};
}

bool lines_is_in(const struct lines *lines, size_t entry, enum section_kind kind, unsigned number)
{
    return lines->ini.entries[entry].key && lines->places[entry].kind == kind &&
           lines->places[entry].number == number;
}

/* The last one in exactly that section. */
static const struct ini_entry *find(const struct lines *lines, enum section_kind kind,
                                    unsigned number, const char *key)
{
    for (size_t i = lines->ini.count; i-- > 0;) {
        const struct ini_entry *entry = &lines->ini.entries[i];
        if (lines_is_in(lines, i, kind, number) && *entry->value && strcmp(entry->key, key) == 0)
            return entry;
    }
    return NULL;
}

const struct ini_entry *lines_in_force(const struct lines *lines, enum section_kind kind,
                                       unsigned number, const char *key)
{
    const struct ini_entry *own = find(lines, kind, number, key);
    return own || number == SECTION_COMMON ? own : find(lines, kind, SECTION_COMMON, key);
}

/* ---- what stands there twice ---------------------------------------------------------------- */

/* By section and key, then by line: what is repeated stands side by side. */
static int compare(const void *a, const void *b, void *argument)
{
    const struct lines *lines = argument;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    const struct place *of_x = &lines->places[x], *of_y = &lines->places[y];
    if (of_x->kind != of_y->kind)
        return of_x->kind < of_y->kind ? -1 : 1;
    if (of_x->number != of_y->number)
        return of_x->number < of_y->number ? -1 : 1;
    int order = strcmp(lines->ini.entries[x].key, lines->ini.entries[y].key);
    return order ? order : x < y ? -1 : x > y;
}

static bool are_the_same(const struct lines *lines, size_t x, size_t y)
{
    const struct place *of_x = &lines->places[x], *of_y = &lines->places[y];
    return of_x->kind == of_y->kind && of_x->number == of_y->number &&
           strcmp(lines->ini.entries[x].key, lines->ini.entries[y].key) == 0;
}

/* Returns the entries that set something, in that order. */
static size_t *sort(const struct lines *lines, size_t *count)
{
    size_t *sorted = mem_zalloc((lines->ini.count + 1) * sizeof *sorted);
    *count = 0;
    for (size_t i = 0; i < lines->ini.count; i++)
        if (lines->ini.entries[i].key && *lines->ini.entries[i].value)
            sorted[(*count)++] = i;
    qsort_r(sorted, *count, sizeof *sorted, compare, (void *)lines);
    return sorted;
}

const char *const *lines_repeated(const struct lines *lines, const char *path, struct texts *texts)
{
    const char **told = texts_take(texts, mem_zalloc((LINES_REPEATED_MAX + 1) * sizeof *told));
    size_t count, told_count = 0;
    size_t *sorted = sort(lines, &count);
    for (size_t i = 1; i < count && told_count < LINES_REPEATED_MAX; i++) {
        const struct ini_entry *first = &lines->ini.entries[sorted[i - 1]];
        const struct ini_entry *second = &lines->ini.entries[sorted[i]];
        if (are_the_same(lines, sorted[i - 1], sorted[i]))
            told[told_count++] = texts_take(
                texts, sentence("%s:%u: %s stands in [%s] a second time, and this one counts; the "
                                "other is in line %u",
                                path, second->line, second->key, second->section, first->line));
    }
    free(sorted);
    return told;
}
