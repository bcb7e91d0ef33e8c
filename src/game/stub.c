/* stub: see stub.h. */
#include "game/stub.h"

#include "base/sentence.h"
#include "host/embedded.h"

/* src/game/stubs, made by the build. */
extern const struct embedded_file stub_files[];

void stub_print_head(struct buf *out, const char *name)
{
    const struct embedded_file *file = stub_files;
    while (strcmp(file->name, name) != 0)
        file++;
    buf_append(out, file->data, file->size);
}

bool stub_is_seen(const gw_attr *attr)
{
    return attr->flags & (GW_CLIENT | GW_ALL_CLIENTS);
}

bool stub_is_callable(const gw_method *method)
{
    return method->flags & GW_OWN_CLIENT;
}

bool stub_is_for_clients(const struct type *type)
{
    const gw_client_method *handled = type->def->client_methods;
    if (handled && handled->name)
        return true;
    for (size_t i = 0; i < type->attr_count; i++)
        if (stub_is_seen(&type->attrs[i]))
            return true;
    for (const gw_method *m = type->def->methods; m && m->name; m++)
        if (stub_is_callable(m))
            return true;
    return false;
}

/* ---- names ---------------------------------------------------------------------------------- */

bool stub_is_among(const char *const *names, const char *text, size_t size)
{
    for (; *names; names++)
        if (strlen(*names) == size && memcmp(*names, text, size) == 0)
            return true;
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool fits_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

bool stub_is_name(const char *text)
{
    const char *at = text;
    while (fits_name(*at))
        at++;
    return at != text && !*at && !is_digit(*text);
}

void stub_print_name(struct buf *out, const char *text)
{
    if (is_digit(*text))
        buf_print(out, "_");
    for (; *text; text++)
        buf_print(out, "%c", fits_name(*text) ? *text : '_');
}

static bool have_same_name(const struct type *a, const struct type *b)
{
    struct buf names[2] = {{0}, {0}};
    stub_print_name(&names[0], a->def->name);
    stub_print_name(&names[1], b->def->name);
    for (size_t i = 0; i < 2; i++)
        buf_append(&names[i], "", 1);
    bool same = strcmp((const char *)names[0].data, (const char *)names[1].data) == 0;
    buf_free(&names[0]);
    buf_free(&names[1]);
    return same;
}

gw_err stub_check_names(const struct type *types, size_t count, char **error)
{
    for (const struct type *type = types; type < types + count; type++)
        for (const struct type *other = types; other < type; other++)
            if (have_same_name(other, type)) {
                *error = sentence("types %s and %s would have stubs of the same name: rename one",
                                  other->def->name, type->def->name);
                return GW_EINVAL;
            }
    return GW_OK;
}
