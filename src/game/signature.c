/* signature: see signature.h. */
#include "game/signature.h"

#define TEXT "text" /* is a str that somebody owns: the same for who is outside */

static bool is_text(const struct signature_argument *argument)
{
    return argument->type_size == strlen(TEXT) && memcmp(argument->type, TEXT, strlen(TEXT)) == 0;
}

bool signature_next(const char **at, struct signature_argument *out)
{
    const char *text = *at + strspn(*at, ", ");
    if (!*text)
        return false;
    *out = (struct signature_argument){.type = text, .type_size = strcspn(text, " ,")};
    text += out->type_size;
    out->name = text + strspn(text, " ");
    out->name_size = strcspn(out->name, ",");
    *at = out->name + out->name_size;
    if (is_text(out)) {
        out->type = "str";
        out->type_size = strlen("str");
    }
    return true;
}
