/* hint: finds the name that was probably meant. */
#include "conf/hint.h"

#include <stdbool.h>
#include <string.h>

#define NAME_MAX_COMPARED 64

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

/* How many characters have to be inserted, removed or replaced (Levenshtein), row by row. */
static unsigned distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    unsigned row[NAME_MAX_COMPARED + 1];
    for (unsigned j = 0; j <= b_size; j++)
        row[j] = j;
    for (unsigned i = 1; i <= a_size; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= b_size; j++) {
            unsigned replaced = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = min3(row[j] + 1, row[j - 1] + 1, replaced);
        }
    }
    return row[b_size];
}

void hint_offer(struct hint *hint, const char *name)
{
    size_t wanted_size = strlen(hint->wanted), size = strlen(name);
    if (wanted_size > NAME_MAX_COMPARED || size > NAME_MAX_COMPARED)
        return;
    unsigned far = (unsigned)(wanted_size / 3 < 2 ? 2 : wanted_size / 3);
    bool is_beginning = wanted_size > 1 && strncmp(hint->wanted, name, wanted_size) == 0;
    unsigned d = is_beginning ? 0 : distance(hint->wanted, wanted_size, name, size);
    if (d > far || d >= size || (hint->closest && d >= hint->distance))
        return;
    hint->closest = name;
    hint->distance = d;
}
