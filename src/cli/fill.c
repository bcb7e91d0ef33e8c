/* fill: see fill.h. */
#include "cli/fill.h"

/* The word that stands at that place, or NULL. */
static const struct fill_word *word_at(const struct fill_word *words, const char *at, size_t size)
{
    for (const struct fill_word *word = words; word->from; word++) {
        size_t length = strlen(word->from);
        if (length <= size && memcmp(at, word->from, length) == 0)
            return word;
    }
    return NULL;
}

void fill_in(struct buf *out, const void *text, size_t size, const struct fill_word *words)
{
    const char *bytes = text;
    for (size_t at = 0; at < size;) {
        const struct fill_word *word = word_at(words, bytes + at, size - at);
        if (word)
            buf_append(out, word->to, strlen(word->to));
        else
            buf_append(out, bytes + at, 1);
        at += word ? strlen(word->from) : 1;
    }
}
